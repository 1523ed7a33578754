CodeSystem: ItemType
Id: item-type
Title: "Types of item"
Description: "The eight types. An item is the smallest part of a plan that can be released or withheld."
* ^status = #active
* ^caseSensitive = true
* ^content = #complete
* #words "Anything said in own words"
* #contact "A person or service, and how to reach them"
* #preference "What is wanted, accepted or refused"
* #goal "What the person wants for their life"
* #ladder "Cues and what to do, step by step"
* #agreement "Who promised what"
* #arrangement "Who takes care of whom or what"
* #need "What is needed to talk, move, eat, believe"

CodeSystem: PlanItem
Id: plan-item
Title: "Items of plans"
Description: "A code is the id of one item: the security label of that item alone, for consents that speak of single items."
* ^status = #active
* ^caseSensitive = true
* ^content = #not-present
