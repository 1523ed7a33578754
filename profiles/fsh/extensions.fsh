// Our extensions. Item and Plan mirror the native plan (plan.schema.json), so that nothing is lost on the way there and
// back; the others say for every reader what no element of R4 can say.

Extension: Item
Id: item
Title: "Item"
Description: """
One item of a plan with all that is known of it. The parts have the names of the native plan (plan.schema.json) and are nested as there; the parts of a list are called `entry`.

Text that a FHIR string cannot hold byte for byte is base64 of its UTF-8; the empty text is a part called `empty`. The text of an item's own words is not repeated here where an element of the resource or the extension *own-words* holds it. What the person chose about sharing never travels; a reader knows of it only the confidentiality label.
"""
Context: CarePlan, Observation, Goal, RelatedPerson
* ^purpose = "A plan that went through FHIR must come out of it as the same plan: who speaks, under which condition, who agreed, what was translated by whom. A reader that does not know this extension still has the words, the direction and the people in standard elements."
* obeys sayso-item-parts
* insert ByUrl(extension)
* extension contains
    id 0..1 and section 1..1 and type 1..1 and words 0..1 and voice 1..1 and stances 0..1 and when 0..1 and order 0..1 and
    translations 0..1 and about_parties 0..1 and since 0..1 and framework 0..1
* insert Part(extension[id], id, "The item's id\, the same through all its versions")
* insert Coded(extension[section], PlanSections, "The section it stands in")
* insert Coded(extension[type], ItemTypes, "What type of item it is")
* insert Words(extension[words], "The words of whoever speaks\, never edited\, translated or cut")
* extension[voice] ^short = "Whose voice the item is"
* insert ByUrl(extension[voice].extension)
* extension[voice].extension contains party 1..1 and role 1..1
* insert Part(extension[voice].extension[party], id, "The party; self is the person")
* insert Coded(extension[voice].extension[role], VoiceRoles, "In which role they speak")
* extension[stances] ^short = "Where the parties stand on it"
* insert ByUrl(extension[stances].extension)
* extension[stances].extension contains entry 1..*
* extension[stances].extension[entry] ^short = "One stance"
* insert ByUrl(extension[stances].extension[entry].extension)
* extension[stances].extension[entry].extension contains party 1..1 and position 1..1 and words 0..1 and at 0..1
* insert Part(extension[stances].extension[entry].extension[party], id, "Who")
* insert Coded(extension[stances].extension[entry].extension[position], StancePositions, "Where they stand")
* insert Words(extension[stances].extension[entry].extension[words], "In their own words")
* insert Part(extension[stances].extension[entry].extension[at], date, "On which day they said so")
* extension[when] ^short = "Conditions; all of them apply"
* insert ByUrl(extension[when].extension)
* extension[when].extension contains entry 1..*
* extension[when].extension[entry] ^short = "One condition"
* insert ByUrl(extension[when].extension[entry].extension)
* extension[when].extension[entry].extension contains sense 1..1 and words 1..1 and code 0..1
* insert Coded(extension[when].extension[entry].extension[sense], ConditionSenses, "Only if\, or unless")
* insert Text(extension[when].extension[entry].extension[words], "The condition in words")
* insert CodeBeside(extension[when].extension[entry].extension[code])
* insert Part(extension[order], integer, "Place within the section\, where order matters")
* extension[translations] ^short = "Translations beside the words"
* insert ByUrl(extension[translations].extension)
* extension[translations].extension contains entry 1..*
* extension[translations].extension[entry] ^short = "One translation"
* insert ByUrl(extension[translations].extension[entry].extension)
* extension[translations].extension[entry].extension contains text 1..1 and lang 1..1 and by 1..1 and checked_by 0..1
* insert Text(extension[translations].extension[entry].extension[text], "The translated text")
* insert Part(extension[translations].extension[entry].extension[lang], code, "The language it is translated into")
* insert Coded(extension[translations].extension[entry].extension[by], TranslationSources, "Who translated")
* insert Text(extension[translations].extension[entry].extension[checked_by], "Who checked it")
* insert Entries(extension[about_parties], id, "Parties the item is about. Sent to the person alone")
* insert Part(extension[since], date, "The day since when it holds")
* insert Text(extension[framework], "Where it comes from in words\, for instance a group")
// A contact.
* extension contains
    party 0..1 and relationship 0..1 and reach 0..1 and roles 0..1 and agent_order 0..1 and may_be_told 0..1 and
    limits 0..1 and contact 0..1 and only_if 0..1
* insert Part(extension[party], id, "Contact: who it is")
* extension[relationship] ^short = "Contact: what they are to the person"
* insert ByUrl(extension[relationship].extension)
* extension[relationship].extension contains words 1..1 and code 0..1
* insert Text(extension[relationship].extension[words], "In words")
* insert CodeBeside(extension[relationship].extension[code])
* extension[reach] ^short = "Contact: how to reach them, in the order to try"
* insert ByUrl(extension[reach].extension)
* extension[reach].extension contains entry 1..*
* extension[reach].extension[entry] ^short = "One way"
* insert ByUrl(extension[reach].extension[entry].extension)
* extension[reach].extension[entry].extension contains by 1..1 and value 1..1
* insert Coded(extension[reach].extension[entry].extension[by], ReachWays, "By which means")
* insert Text(extension[reach].extension[entry].extension[value], "The number or address as written")
* insert Entries(extension[roles], code, "Contact: what they do for the person")
* extension[roles].extension[entry].value[x] from ContactRoles (required)
* insert Part(extension[agent_order], integer, "Contact: which agent speaks first; 1 is first")
* insert Coded(extension[may_be_told], MayBeToldLevels, "Contact: what they may be told")
* insert Text(extension[limits], "Contact: limits in words")
* insert Coded(extension[contact], ContactableAnswers, "Contact: whether to contact them at all")
* insert Text(extension[only_if], "Contact: under which condition")
// A preference.
* extension contains
    about 0..1 and direction 0..1 and intent 0..1 and because 0..1 and instead 0..1 and if_impossible 0..1 and
    stands_alone 0..1
* extension[about] ^short = "Preference: what it is about"
* insert ByUrl(extension[about].extension)
* extension[about].extension contains kind 1..1 and words 0..1 and code 0..1
* insert Coded(extension[about].extension[kind], AboutKinds, "The kind of thing")
* insert Text(extension[about].extension[words], "The thing in words")
* insert CodeBeside(extension[about].extension[code])
* insert Coded(extension[direction], PreferenceDirections, "Preference: wanted\, accepted or refused")
* insert Coded(extension[intent], PreferenceIntents, "Preference: how binding it is meant")
* insert Words(extension[because], "Preference: why")
* extension[instead] ^short = "Preference: what instead, best first"
* insert ByUrl(extension[instead].extension)
* extension[instead].extension contains entry 1..*
* extension[instead].extension[entry] ^short = "One alternative"
* insert ByUrl(extension[instead].extension[entry].extension)
* extension[instead].extension[entry].extension contains words 1..1
* insert Text(extension[instead].extension[entry].extension[words], "The alternative in words")
* insert Text(extension[if_impossible], "Preference: what if it is impossible")
* insert Part(extension[stands_alone], boolean, "Preference: the words are a whole sentence and need none around them")
// A goal.
* extension contains why 0..1 and steps 0..1 and progress 0..1 and chime 0..1
* insert Text(extension[why], "Goal: why it matters")
* extension[steps] ^short = "Goal: steps on the way"
* insert ByUrl(extension[steps].extension)
* extension[steps].extension contains entry 1..*
* extension[steps].extension[entry] ^short = "One step"
* insert ByUrl(extension[steps].extension[entry].extension)
* extension[steps].extension[entry].extension contains words 1..1 and who 0..1 and by_when 0..1 and done 0..1
* insert Text(extension[steps].extension[entry].extension[words], "What to do")
* insert Part(extension[steps].extension[entry].extension[who], id, "Who does it")
* insert Part(extension[steps].extension[entry].extension[by_when], date, "By when")
* insert Part(extension[steps].extension[entry].extension[done], boolean, "Whether it is done")
* extension[progress] ^short = "Goal: how it goes"
* insert ByUrl(extension[progress].extension)
* extension[progress].extension contains entry 1..*
* insert Text(extension[progress].extension[entry], "In own words")
* insert Entries(extension[chime], code, "Goal: themes of recovery")
* extension[chime].extension[entry].value[x] from RecoveryThemes (required)
// A ladder.
* extension contains ordered 0..1 and rungs 0..1
* insert Part(extension[ordered], boolean, "Ladder: whether the rungs are meant one after the other")
* extension[rungs] ^short = "Ladder: the rungs"
* insert ByUrl(extension[rungs].extension)
* extension[rungs].extension contains entry 1..20
* extension[rungs].extension[entry] ^short = "One rung"
* insert ByUrl(extension[rungs].extension[entry].extension)
* extension[rungs].extension[entry].extension contains cue 1..1 and do 0..1 and who 0..1 and reach 0..1 and go_on_if 0..1
* insert Text(extension[rungs].extension[entry].extension[cue], "What one notices")
* extension[rungs].extension[entry].extension[do] ^short = "What to do then"
* insert ByUrl(extension[rungs].extension[entry].extension[do].extension)
* extension[rungs].extension[entry].extension[do].extension contains entry 1..*
* insert Text(extension[rungs].extension[entry].extension[do].extension[entry], "One thing to do")
* insert Entries(extension[rungs].extension[entry].extension[who], id, "Who does it")
* insert Text(extension[rungs].extension[entry].extension[reach], "How to reach them")
* insert Text(extension[rungs].extension[entry].extension[go_on_if], "When to go on to the next rung")
// An agreement.
* extension contains what 0..1 and parties 0..1 and from 0..1 and until 0..1 and if_broken 0..1
* insert Text(extension[what], "Agreement: what was agreed or was not")
* insert Entries(extension[parties], id, "Agreement: who is part of it")
* insert Part(extension[from], date, "Agreement: from which day")
* insert Part(extension[until], date, "Agreement: until which day\, wholly included")
* insert Text(extension[if_broken], "Agreement: what if it is broken")
// An arrangement.
* extension contains for 0..1 and who 0..1 and accepted_by_them 0..1 and key_facts 0..1 and where_things_are 0..1
* insert Coded(extension[for], ArrangementPurposes, "Arrangement: for whom or what")
* insert Part(extension[who], id, "Arrangement: who takes over")
* insert Coded(extension[accepted_by_them], Acceptances, "Arrangement: whether they agreed to")
* insert Text(extension[key_facts], "Arrangement: what they need to know")
* insert Text(extension[where_things_are], "Arrangement: where things are")
// A need.
* extension contains need 0..1 and language 0..1 and strength 0..1
* insert Coded(extension[need], NeedKinds, "Need: the kind of need")
* insert Part(extension[language], code, "Need: the language or sign language")
* insert Coded(extension[strength], NeedStrengths, "Need: must be or helps")

Invariant: sayso-item-parts
Description: "An item has the parts that its type needs"
Expression: """
extension('type').value = 'words' and extension('words').exists()
or extension('type').value = 'contact' and extension('party').exists() and extension('contact').exists()
or extension('type').value = 'preference' and extension('about').exists() and extension('direction').exists() and extension('intent').exists()
or extension('type').value = 'goal' and extension('words').exists()
or extension('type').value = 'ladder' and extension('ordered').exists() and extension('rungs').exists()
or extension('type').value = 'agreement' and extension('what').exists() and extension('parties').exists()
or extension('type').value = 'arrangement' and extension('for').exists() and extension('accepted_by_them').exists()
or extension('type').value = 'need' and extension('need').exists() and extension('strength').exists()
"""
Severity: #error

Extension: ItemReference
Id: item-reference
Title: "Item in a resource of its own"
Description: "Names the resource that holds an item. It stands among the *item* extensions of a CarePlan, so that together they give all items in the person's order. A contact is named by type and identifier, never by an address: who may read a plan need not be one who may read RelatedPerson."
Context: CarePlan
* ^purpose = "The order in which a person puts things is part of what they say. No element of CarePlan keeps one order over goals, statements, contacts and activities."
* value[x] 1..1
* value[x] only Reference(Observation or Goal or RelatedPerson)
* value[x] ^short = "The resource that holds the item"

Extension: Plan
Id: plan
Title: "Plan"
Description: "What a plan says as a whole, whom it names, and which sections are empty and why. The parts have the names of the native plan (plan.schema.json). The text of the title stands in CarePlan.title."
Context: CarePlan
* ^purpose = "The kind of plan, its language, its parties and its formalities belong to the plan and to no item. A section that is empty because the person declined to answer is not one that nobody asked about; R4 has no place for that in a CarePlan."
* insert ByUrl(extension)
* extension contains
    kind 1..1 and title 1..1 and language 1..1 and from 0..1 and until 0..1 and review 0..1 and jurisdiction 0..1 and
    instrument 0..1 and state 0..1 and no 0..1 and if_not_followed 0..1 and formalities 0..1 and parties 0..1 and absences 0..1
* insert Coded(extension[kind], PlanKinds, "The kind of plan; it never changes")
* insert Words(extension[title], "The title: its language\, and its text where CarePlan.title cannot hold it")
* insert Part(extension[language], code, "The language of the plan where an item has none")
* insert Part(extension[from], date, "From which day it is meant to hold")
* insert Part(extension[until], date, "Until which day\, wholly included")
* extension[review] ^short = "When it is to be looked at again"
* insert ByUrl(extension[review].extension)
* extension[review].extension contains on 1..1 and starts 0..1
* insert Part(extension[review].extension[on], date, "The day")
* insert Part(extension[review].extension[starts], id, "Who begins")
* insert Part(extension[jurisdiction], code, "The place whose law it is written under: an ISO 3166 code\, or unknown")
* insert Coded(extension[instrument], PlanInstruments, "Which of that law's instruments it is meant to be")
* insert Coded(extension[state], PlanStates, "Which state it is in\, where CarePlan.status leaves more than one open")
* extension[no] ^short = "The person's no to a plan in force; a reader shows it before everything else"
* insert ByUrl(extension[no].extension)
* extension[no].extension contains on 1..1 and words 0..1
* insert Part(extension[no].extension[on], date, "The day it was said")
* insert Words(extension[no].extension[words], "The person's own words")
* insert Words(extension[if_not_followed], "What the person wants to happen if the plan was not followed")
* extension[formalities] ^short = "Signatures, witnesses, evidence of capacity; sent only with the whole plan"
* insert ByUrl(extension[formalities].extension)
* extension[formalities].extension contains entry 1..*
* extension[formalities].extension[entry] ^short = "One formality"
* insert ByUrl(extension[formalities].extension[entry].extension)
* extension[formalities].extension[entry].extension contains is 1..1 and party 1..1 and on 1..1 and words 0..1
* insert Coded(extension[formalities].extension[entry].extension[is], FormalityKinds, "What it is")
* insert Part(extension[formalities].extension[entry].extension[party], id, "Who signed\, witnessed or attested")
* insert Part(extension[formalities].extension[entry].extension[on], date, "On which day")
* insert Words(extension[formalities].extension[entry].extension[words], "In which words")
* extension[parties] ^short = "Whom the plan names, as far as the reader may know"
* insert ByUrl(extension[parties].extension)
* extension[parties].extension contains entry 1..*
* extension[parties].extension[entry] ^short = "One party"
* insert ByUrl(extension[parties].extension[entry].extension)
* extension[parties].extension[entry].extension contains id 1..1 and name 1..1 and role 1..1 and organization 0..1 and in_treating_team 0..1
* insert Part(extension[parties].extension[entry].extension[id], id, "The party's name inside this plan; self is the person")
* insert Text(extension[parties].extension[entry].extension[name], "What they are called")
* insert Coded(extension[parties].extension[entry].extension[role], PartyRoles, "What they are in this plan")
* insert Text(extension[parties].extension[entry].extension[organization], "For whom they work")
* insert Part(extension[parties].extension[entry].extension[in_treating_team], boolean, "Whether they belong to the team that treats the person")
* extension[absences] ^short = "Sections without items and why; each part is named by a section code"
* extension[absences].extension 1..*
* extension[absences].extension.value[x] 1..1
* extension[absences].extension.value[x] only code
* extension[absences].extension.value[x] from SectionAbsences (required)

Extension: OwnWords
Id: own-words
Title: "Own words"
Description: "The person's words byte for byte, as base64 of their UTF-8. It is there where the element that shows them holds a whole sentence around them, as for a refusal, or where a FHIR string cannot hold them as they are."
Context: CarePlan, Observation, Goal, RelatedPerson, Task, Task.statusReason
* ^purpose = "Somebody's words are evidence. A reader may see a sentence made of them; whoever has to know what was really written can still take it from here, to the last space."
* value[x] 1..1
* value[x] only base64Binary
* value[x] ^short = "The words, UTF-8 in base64"

Extension: Condition
Id: condition
Title: "Condition"
Description: "A condition under which a provision holds: only if, or unless. Where there are several, all apply."
Context: Consent.provision
* . ?!
* . ^isModifierReason = "A refusal with a condition is not a refusal without one: who does not know the condition must not act on the provision"
* . ^short = "The provision holds only if, or unless"
* ^purpose = "Consent in R4 knows permit and deny and no condition. *Not this medicine, unless I can no longer drink* would arrive as *never this medicine*. A reader that does not know the extension must leave the provision alone; it still has the statement, the document and the narrative, in which the condition stands in words."
* insert ByUrl(extension)
* extension contains sense 1..1 and words 1..1 and code 0..1
* insert Coded(extension[sense], ConditionSenses, "Only if\, or unless")
* insert Part(extension[words], string, "The condition in the person's words")
* insert Part(extension[code], Coding, "A code beside the words")

Extension: AgentLimits
Id: agent-limits
Title: "Limits of an agent"
Description: "What somebody who speaks for the person may not do, in the person's words."
Context: Consent.provision
* . ?!
* . ^isModifierReason = "Somebody who may decide within limits is not somebody who may decide anything: who does not know the limits must not act on the provision"
* . ^short = "The provision holds only within these limits"
* ^purpose = "*My sister decides, but not about electric treatment* would arrive as *my sister decides*. A reader that does not know the extension must leave the provision alone; it still has the contact, the document and the narrative, in which the limits stand in words."
* value[x] 1..1
* value[x] only string
* value[x] ^short = "The limits in the person's words"

Extension: AgentOrder
Id: agent-order
Title: "Order of agents"
Description: "Which of several people speaks for the person first: 1 before 2."
Context: Consent.provision.actor
* ^purpose = "LOINC names the first agent and the next one, and a person may have more. Two agents who disagree are heard in the order the person gave them."
* value[x] 1..1
* value[x] only positiveInt
* value[x] ^short = "1 is first"

Extension: Direction
Id: direction
Title: "Direction"
Description: "Whether a thing is wanted, accepted or refused, and how binding that is meant."
Context: Observation
* ^purpose = "A preference in a record system is one free text. A list that shows only the code or the first words must be able to tell a refusal from a wish, and to sort by it, without reading the sentence."
* insert ByUrl(extension)
* extension contains direction 1..1 and intent 1..1
* insert Coded(extension[direction], PreferenceDirections, "Wanted\, accepted or refused")
* insert Coded(extension[intent], PreferenceIntents, "How binding it is meant")

Extension: ContactRule
Id: contact-rule
Title: "Contact rule"
Description: "Whether and when to contact somebody, what they may be told, and what limits there are. It is no modifier: who does not know it must still be able to call, and reads the same in the relationship's text."
Context: RelatedPerson
* ^purpose = "To call somebody's brother can be help or harm, and what he is told can be either. R4 can say how to reach a person and not when."
* insert ByUrl(extension)
* extension contains contact 1..1 and only-if 0..1 and limits 0..1 and may-be-told 0..1
* insert Coded(extension[contact], ContactableAnswers, "Whether to contact them")
* insert Part(extension[only-if], string, "Under which condition")
* insert Part(extension[limits], string, "Limits in words")
* insert Coded(extension[may-be-told], MayBeToldLevels, "What they may be told")

Extension: Rung
Id: rung
Title: "Rung"
Description: "Which rung of a ladder an activity is, counted from 1, whether the rungs are meant one after the other, and when to go on to the next."
Context: CarePlan.activity.detail
* ^purpose = "Signs and steps are written as a ladder: what one notices, what one does then, when it is time for the next step. R4 activities have no order and no *go on if*."
* insert ByUrl(extension)
* extension contains place 1..1 and ordered 1..1 and go-on-if 0..1
* insert Part(extension[place], integer, "Which rung\, counted from 1")
* insert Part(extension[ordered], boolean, "Whether the rungs are meant one after the other; otherwise enter anywhere")
* insert Part(extension[go-on-if], string, "When to go on to the next rung")

Extension: Arrangement
Id: arrangement
Title: "Arrangement"
Description: "For whom or what somebody takes over, and whether they agreed to."
Context: CarePlan.activity.detail
* ^purpose = "Who comes into hospital at night worries about the child, the dog, the rent. A reader must see at once whether the neighbour knows, or still has to be asked."
* insert ByUrl(extension)
* extension contains for 1..1 and accepted-by-them 1..1
* insert Coded(extension[for], ArrangementPurposes, "For whom or what")
* insert Coded(extension[accepted-by-them], Acceptances, "Whether they agreed to")

Extension: Stance
Id: stance
Title: "Stance"
Description: "Where a party of the plan stands on what is said, in their own words."
Context: Observation, CarePlan.activity.detail
* ^purpose = "A joint plan is honest about disagreement. The clinician's no stands beside the person's words and does not replace them."
* insert ByUrl(extension)
* extension contains party 1..1 and position 1..1 and words 0..1
* insert Part(extension[party], Reference, "Who; a party without a resource is named by display alone")
* extension[party].value[x] only Reference(Patient or RelatedPerson)
* insert Coded(extension[position], StancePositions, "Where they stand")
* insert Part(extension[words], string, "In their own words")

Extension: FormalityDay
Id: formality-day
Title: "Day of a formality"
Description: "The day on which somebody signed, witnessed, or attested that the person could decide."
Context: Provenance.agent
* ^purpose = "Laws count from the day of signing, and each of those who sign or witness may do so on another day. R4 has one moment for the whole Provenance, which is when the release last changed."
* value[x] 1..1
* value[x] only date
* value[x] ^short = "The day"

Extension: OfItem
Id: of-item
Title: "Derived from item"
Description: "The id of the item that an activity or a Consent was made from."
Context: CarePlan.activity.detail, Consent
* ^purpose = "One item can be shown in several resources. What was made from it is released, withheld and changed with it, whatever type of resource it is."
* value[x] 1..1
* value[x] only id
* value[x] ^short = "The item's id"
