// No section is required anywhere: a plan that was cut by consent must stay valid.

Profile: SaysoCarePlan
Parent: CarePlan
Id: sayso-care-plan
Title: "Plan"
Description: "The working view of a plan. Its narrative is the whole of what was released."
* text 1..1
* extension contains Plan named plan 0..1 and Item named item 0..* and ItemReference named itemReference 0..* and OwnWords named ownWords 0..1
* intent = #plan
* category 1..*
* title 1..1
* subject only Reference(Patient)
* modifierExtension 0..0

Profile: SaysoStatement
Parent: Observation
Id: sayso-statement
Title: "Statement"
Description: "Words, a preference, a need, or somebody who is not to be contacted. valueString never reads as its opposite: a refusal is a whole sentence that quotes the words."
* extension contains Item named item 0..1 and OwnWords named ownWords 0..1 and Direction named direction 0..1 and Stance named stance 0..*
* status = #final
* category 1..*
* subject 1..1
* subject only Reference(Patient)
* value[x] 1..1
* value[x] only string
* modifierExtension 0..0

Profile: SaysoGoal
Parent: Goal
Id: sayso-goal
Title: "Goal"
Description: "What the person wants for their life, in their own words."
* extension contains Item named item 0..1 and OwnWords named ownWords 0..1
* description.text 1..1
* subject only Reference(Patient)
* modifierExtension 0..0

Profile: SaysoContact
Parent: RelatedPerson
Id: sayso-contact
Title: "Contact"
Description: "Somebody to turn to. Who is not to be contacted is never a RelatedPerson."
* extension contains Item named item 1..1 and OwnWords named ownWords 0..1 and ContactRule named rule 0..1
* identifier 1..1
* name 1..1
* modifierExtension 0..0

Profile: SaysoCareTeam
Parent: CareTeam
Id: sayso-care-team
Title: "People and services to turn to"
Description: "Derived from the released contacts. Services and clinicians are contained, because no register is kept of them."
* status = #active
* subject 1..1
* participant 1..*
* participant.member 1..1

Profile: SaysoTreatmentConsent
Parent: Consent
Id: sayso-treatment-consent
Title: "Advance consent or refusal of treatment"
Description: "Never about who may read the plan."
* extension contains OfItem named ofItem 1..1
* scope = http://terminology.hl7.org/CodeSystem/consentscope#treatment
* provision 1..1
* provision.type 1..1
* provision.code 1..1
* provision.modifierExtension contains Condition named condition 0..*

Profile: SaysoComposition
Parent: Composition
Id: sayso-composition
Title: "Plan as a document"
Description: "Sections in reading order; in the crisis extract in the order a responder reads."
* section.text 1..1
* section.code 1..1

Profile: SaysoDocumentReference
Parent: DocumentReference
Id: sayso-document-reference
Title: "Index entry"
Description: "Of a plan, or of a document that is kept whole: then the bytes are attached."
* type 1..1
* category 1..*
* category.coding 1..*
* subject 1..1
* content 1..1

Profile: SaysoPatient
Parent: Patient
Id: sayso-patient
Title: "Person"
Description: "Name and verified identifiers, to those who may see a plan. Nothing else."
* name 1..*
* birthDate 0..0
* address 0..0
