Extension: Item
Id: item
Title: "Item"
Description: "The envelope of one item. Its parts have the names of the native plan (plan.schema.json), nested as there; the parts of a list are called entry; the empty text is a part called empty. Text that a FHIR string cannot hold byte for byte is valueBase64Binary (UTF-8). The text of words stands in the element of the resource, or in own-words."
Context: CarePlan, Observation, Goal, RelatedPerson
* extension contains
    id 0..1 and section 1..1 and type 1..1 and words 0..1 and voice 1..1 and stances 0..1 and when 0..1 and order 0..1 and
    translations 0..1 and about_parties 0..1 and since 0..1 and framework 0..1
* extension[id].value[x] only id
* extension[section].value[x] only code
* extension[type].value[x] only code
* extension[order].value[x] only integer
* extension[since].value[x] only date

Extension: ItemReference
Id: item-reference
Title: "Item in a resource of its own"
Description: "Stands among the item extensions of a CarePlan, so that together they give the person's order. A contact is referred to by type and identifier."
Context: CarePlan
* value[x] only Reference(Observation or Goal or RelatedPerson)
* value[x] 1..1

Extension: Plan
Id: plan
Title: "Plan"
Description: "Head, parties and absences, with the names of the native plan. The text of the title stands in CarePlan.title."
Context: CarePlan
* extension contains kind 1..1 and title 1..1 and language 1..1 and parties 0..1 and absences 0..1
* extension[kind].value[x] only code
* extension[language].value[x] only code

Extension: OwnWords
Id: own-words
Title: "Own words"
Description: "The words byte for byte (UTF-8), where the element beside it holds a sentence around them or cannot hold them."
Context: Element
* value[x] only base64Binary
* value[x] 1..1

Extension: Condition
Id: condition
Title: "Condition"
Description: "The provision holds only if, or unless. A modifier: who does not know it must not use the provision, lest 'not X unless' becomes 'never X'."
Context: Consent.provision
* . ?!
* extension contains sense 1..1 and words 1..1 and code 0..1
* extension[sense].value[x] only code
* extension[words].value[x] only string
* extension[code].value[x] only Coding

Extension: Direction
Id: direction
Title: "Direction"
Description: "prefer, accept or refuse; and how binding it is meant: wish, advance-consent, advance-refusal."
Context: Observation
* extension contains direction 1..1 and intent 1..1
* extension[direction].value[x] only code
* extension[intent].value[x] only code

Extension: ContactRule
Id: contact-rule
Title: "Contact rule"
Description: "Whether and when to contact somebody, what they may be told, and limits. Not a modifier: a reader must still be able to call."
Context: RelatedPerson
* extension contains contact 1..1 and only-if 0..1 and limits 0..1 and may-be-told 0..1
* extension[contact].value[x] only code
* extension[only-if].value[x] only string
* extension[limits].value[x] only string
* extension[may-be-told].value[x] only code

Extension: Rung
Id: rung
Title: "Rung"
Description: "Which rung of a ladder an activity is, counted from 1, and when to go on to the next."
Context: CarePlan.activity.detail
* extension contains place 1..1 and ordered 1..1 and go-on-if 0..1
* extension[place].value[x] only integer
* extension[ordered].value[x] only boolean
* extension[go-on-if].value[x] only string

Extension: Arrangement
Id: arrangement
Title: "Arrangement"
Description: "For whom or what an arrangement is, and whether the one who takes over agreed."
Context: CarePlan.activity.detail
* extension contains for 1..1 and accepted-by-them 1..1
* extension[for].value[x] only code
* extension[accepted-by-them].value[x] only code

Extension: Stance
Id: stance
Title: "Stance"
Description: "Where a party stands on an item, in their own words."
Context: Observation, CarePlan.activity.detail
* extension contains party 1..1 and position 1..1 and words 0..1
* extension[party].value[x] only Reference(Patient or RelatedPerson)
* extension[position].value[x] only code
* extension[words].value[x] only string

Extension: OfItem
Id: of-item
Title: "Derived from item"
Description: "The id of the item that an activity or Consent was made from."
Context: CarePlan.activity.detail, Consent
* value[x] only id
* value[x] 1..1
