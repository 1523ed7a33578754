// What Sayso sends. Every profile holds for every release, however small: no section is required anywhere, because a plan
// that was cut by consent must stay valid. What is marked mustSupport is always sent when the plan has it and it was
// released, and a reader must show it or keep it.

Profile: SaysoCarePlan
Parent: CarePlan
Id: sayso-care-plan
Title: "Plan"
Description: "The working view of one plan. Its narrative can be read as the whole of what was released; the extensions give the same as data, without loss."
* insert Licences
* ^purpose = "For record systems that look for care plans, and for apps that write plans back. It is built to be found by a stock query (category assess-plan) and to be readable where no extension is known."
* text 1..1 MS
* text ^short = "All that was released of the plan, in the person's order"
* extension contains Plan named plan 1..1 MS and Item named item 0..* MS and ItemReference named itemReference 0..* MS and OwnWords named ownWords 0..1
* extension[plan] ^short = "What the plan says as a whole, whom it names, why sections are empty"
* extension[item] ^short = "An item that has no resource of its own"
* extension[itemReference] ^short = "An item that has one"
* extension[ownWords] ^short = "The title byte for byte, where CarePlan.title cannot hold it"
* modifierExtension 0..0
* identifier 1..1
* identifier.system 1..1
* identifier.system = $PlanIds (exactly)
* identifier.value 1..1
* status MS
* status ^definition = "draft while it is written, active while it is in force, completed when a newer one replaced it. A plan that was put into the record by mistake is not one of the person's plans and is not sent at all."
* intent = #plan
* category 3..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains assessPlan 1..1 and preferences 1..1
* category[assessPlan] = $USCoreCarePlan#assess-plan
* category[assessPlan] ^short = "What the stock queries of record systems look for"
* category[preferences] = $LOINC#81378-2
* category[preferences] ^short = "Goals, preferences and priorities of the person"
* obeys sayso-kind
* title 1..1 MS
* title ^short = "The person's own title where it was released, else the name of the kind"
* subject only Reference(Patient)
* subject MS
* period MS
* period ^short = "From when to when it is meant to hold, in whole days"
* author only Reference(Patient)
* careTeam only Reference(SaysoCareTeam)
* supportingInfo only Reference(SaysoStatement or SaysoDocumentReference)
* supportingInfo ^short = "The statements of the plan, in the person's order"
* goal only Reference(SaysoGoal)
* activity.reference 0..0
* activity.detail 1..1
* activity ^short = "What is to be done: rungs of ladders, agreements, arrangements, steps towards goals"
* activity.detail.extension contains OfItem named ofItem 1..1 and Rung named rung 0..1 MS and Arrangement named arrangement 0..1 MS and Stance named stance 0..* MS
* activity.detail.extension[ofItem] ^short = "The item it was made from"
* activity.detail.code 1..1
* insert SectionCoding(activity.detail.code)
* activity.detail.code ^short = "The section; in text the cue, or what was agreed"
* activity.detail.statusReason ^short = "That it stands ready: not started is no delay here; or that not all agree: then it is on hold, and the description says who does not"
* activity.detail.doNotPerform MS
* activity.detail.doNotPerform ^definition = "True where the steps say what makes it worse, and where the person does not agree. A reader that drops it turns a warning into advice."
* activity.detail.performer ^short = "Who does it, or has agreed to it; a contact by identifier, others by name"
* note 1..*
* note ^short = "That the person chose what to share and that there may be more: the same sentence in every release"

Profile: SaysoStatement
Parent: Observation
Id: sayso-statement
Title: "Statement"
Description: "Something the person says: in words, as a preference, as a need, or that somebody is not to be contacted. *valueString* never reads as its opposite: a refusal is a whole sentence that quotes the words."
* insert Licences
* ^purpose = "For record systems that know the treatment and care experience preferences of US Core: each statement is also one of those. The direction stands in code.text, in the sentence and in an extension, so that a list, a reader and an engine each see a refusal as a refusal."
* insert ItemLabels
* text 1..1
* extension contains Item named item 1..1 MS and OwnWords named ownWords 0..1 MS and Direction named direction 0..1 MS and Stance named stance 0..* MS
* extension[item] ^short = "The item with all that is known of it"
* extension[ownWords] ^short = "The words byte for byte, where valueString is a sentence around them"
* extension[direction] ^short = "Wanted, accepted or refused; only for a preference"
* extension[stance] ^short = "Where the other parties stand"
* modifierExtension 0..0
* status = #final
* category 1..1
* category from StatementCategories (extensible)
* category.coding 1..*
* code MS
* code ^short = "What it is about; for a refusal the text begins with the refusal"
* insert SectionCoding(code)
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime
* effective[x] ^short = "The day since when it holds, if the person named one; else when it was last changed"
* performer 1..1
* performer ^short = "Whose voice it is"
* value[x] 1..1 MS
* value[x] only string
* value[x] ^short = "A sentence that can be read as it is"
* dataAbsentReason 0..0
* interpretation 0..0
* referenceRange 0..0
* component 0..0
* note ^short = "Why, what instead, what if it is impossible"
* note MS

Profile: SaysoGoal
Parent: Goal
Id: sayso-goal
Title: "Goal"
Description: "What the person wants for their life, in their own words. It is no target of treatment: there is no score, no due date that others set, and no judgement of whether it was reached."
* insert Licences
* ^purpose = "For care teams that work towards what the person wants. The steps towards it are activities of the plan."
* insert ItemLabels
* text 1..1
* extension contains Item named item 1..1 MS and OwnWords named ownWords 0..1
* modifierExtension 0..0
* lifecycleStatus = #active
* achievementStatus 0..0
* category 1..1
* insert SectionCoding(category)
* priority 0..0
* description MS
* description.coding = $LOINC#87528-6
* description.text 1..1
* description.text ^short = "The goal in the person's words"
* subject only Reference(Patient)
* target 0..0
* expressedBy only Reference(Patient)
* expressedBy ^short = "The person, where it is said in their own voice"
* note ^short = "Why it matters, and how it goes, in own words"

Profile: SaysoContact
Parent: RelatedPerson
Id: sayso-contact
Title: "Contact"
Description: "Somebody of the person's own to turn to: a supporter, a peer, an agent, family. Who is not to be contacted is never a RelatedPerson, and no number of theirs is sent."
* ^purpose = "For whoever has to call somebody at night. The relationship's text holds the condition and what may be told, so that a reader that shows nothing else cannot miss it."
* insert ItemLabels
* text 1..1
* extension contains Item named item 1..1 MS and OwnWords named ownWords 0..1 and ContactRule named rule 1..1 MS
* extension[rule] ^short = "Whether and when to contact them, what they may be told"
* modifierExtension 0..0
* identifier 1..1
* identifier.system 1..1
* identifier.system = $ItemIds (exactly)
* identifier.value 1..1
* identifier ^short = "By this the other resources refer to the contact"
* patient only Reference(Patient)
* relationship 1..1 MS
* relationship.text 1..1
* relationship.text ^short = "What they are and do, the condition, what they may be told, limits"
* name 1..1
* name.text 1..1
* telecom MS
* telecom.system 1..1
* telecom.value 1..1
* telecom.rank 1..1
* telecom.rank ^short = "The order to try"
* birthDate 0..0
* address 0..0
* photo 0..0

Profile: SaysoCareTeam
Parent: CareTeam
Id: sayso-care-team
Title: "People and services to turn to"
Description: "All released contacts of a plan in one list. Services and clinicians are contained, because no register is kept of them that a reference could lead to."
* ^purpose = "For record systems that show a care team and not a list of related persons. It adds nothing to the contacts."
* text 1..1
* modifierExtension 0..0
* status = #active
* name 1..1
* subject 1..1
* subject only Reference(Patient)
* participant 1..*
* participant.role 1..1
* participant.role.text 1..1
* participant.role.text ^short = "What they are and do, the condition, what they may be told, limits"
* participant.member 1..1
* participant.member only Reference(SaysoContact or Organization or Practitioner)
* participant.member ^short = "A contact by type and identifier, or a contained service or clinician"

Profile: SaysoTreatmentConsent
Parent: Consent
Id: sayso-treatment-consent
Title: "Advance consent or refusal of treatment"
Description: "What a person agrees to or refuses in advance. It is about treatment and never about who may read the plan."
* insert Licences
* ^purpose = "For systems that look for advance directives as Consent. Each is made from one preference that the person meant as advance consent or advance refusal; the same preference is also a statement. What it binds anybody to, the law of the place says."
* insert ItemLabels
* text 1..1
* extension contains OfItem named ofItem 1..1
* modifierExtension 0..0
* status ^short = "active while the plan is in force, else inactive"
* scope = $ConsentScope#treatment
* category 2..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains directive 1..1 and section 1..1
* category[directive] = $ConsentCategory#acd
* category[section] ^patternCodeableConcept.coding.system = $PlanSection
* category[section] ^short = "The section of the plan it stands in"
* patient 1..1
* patient only Reference(Patient)
* dateTime 1..1
* dateTime ^short = "The day since when it holds, if the person named one; else when it was last changed"
* performer 1..1
* performer ^short = "Whose voice it is"
* policyRule 1..1
* provision 1..1 MS
* provision.modifierExtension contains Condition named condition 0..* MS
* provision.modifierExtension[condition] ^short = "Only if, or unless: without it the provision must not be used"
* provision.type 1..1
* provision.type ^definition = "permit where the person agrees in advance, deny where they refuse. What is refused is denied also where it was marked as a consent by mistake."
* provision.period ^short = "The days in which the plan is meant to hold"
* provision.code 1..1
* provision.code.text 1..1
* provision.code.text ^short = "The sentence, so that nobody has to guess from a code"
* provision.provision 0..0

Profile: SaysoAgentConsent
Parent: Consent
Id: sayso-agent-consent
Title: "Who speaks for the person"
Description: "Whom a person has decide for them when they cannot, in which order, and within which limits. It is about decisions and never about who may read the plan."
* insert Licences
* ^purpose = "For systems that look for healthcare agents as Consent, as PACIO ADI has it. Each is made from one contact of the section *Who speaks for me* who is an agent or a deputy; who is not to be contacted is never among them. Whether the appointment counts, the law of the place says."
* insert ItemLabels
* text 1..1
* extension contains OfItem named ofItem 1..1
* modifierExtension 0..0
* status ^short = "active while the plan is in force, else inactive"
* scope = $LOINC#81377-4
* category 2..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains directive 1..1 and section 1..1
* category[directive] = $ConsentCategory#acd
* category[section] = $PlanSection#who-decides
* patient 1..1
* patient only Reference(Patient)
* dateTime 1..1
* dateTime ^short = "The day since when it holds, if the person named one; else when it was last changed"
* performer 1..1
* performer ^short = "Whose voice it is"
* policyRule 1..1
* provision 1..1 MS
* provision.modifierExtension contains Condition named condition 0..* MS and AgentLimits named limits 0..1 MS
* provision.modifierExtension[condition] ^short = "Only if, or unless: without it the provision must not be used"
* provision.modifierExtension[limits] ^short = "What they may not do: without it the provision must not be used"
* provision.type 1..1
* provision.type = #permit
* provision.period ^short = "The days in which the plan is meant to hold"
* provision.actor 1..1 MS
* provision.actor.extension contains AgentOrder named order 0..1 MS
* provision.actor.role = $RoleClass#AGNT
* provision.actor.role ^short = "An agent; for the first and the next also the code of LOINC; and whether agent or deputy"
* provision.actor.reference ^short = "Who, by identifier or by name: never an address"
* provision.code 1..1
* provision.code.text 1..1
* provision.code.text ^short = "The sentence, with all that bounds it, so that nobody has to guess from a code"
* provision.provision 0..0

Profile: SaysoComposition
Parent: Composition
Id: sayso-composition
Title: "Plan as a document"
Description: "One plan as a document: its sections in reading order, each with a narrative that can be read by itself."
* insert Licences
* ^purpose = "For readers that take documents: the narrative of the sections is all that a human being needs."
* text 1..1
* modifierExtension 0..0
* identifier 1..1
* identifier.system 1..1
* identifier.system = $PlanIds (exactly)
* identifier.value 1..1
* identifier.value ^short = "The plan and what was released of it: another release is another document"
* status ^short = "preliminary while the plan is a draft, else final. Never entered-in-error, which would say that the person did not write it"
* insert KindCoding(type)
* category 1..1
* category = $LOINC#42348-3
* subject 1..1
* subject only Reference(Patient)
* encounter 0..0
* author 1..1
* author only Reference(Patient)
* attester 0..0
* attester ^comment = "A signature belongs to the whole plan. What leaves here may be a part, and nobody may seem to have signed a part."
* section MS
* section.title 1..1
* section.code 1..1
* insert SectionCoding(section.code)
* section.text 1..1 MS
* section.entry ^short = "The resources in which the items stand"
* section.emptyReason from SectionEmptyReasons (extensible)
* section.emptyReason ^short = "Why the person left it empty; never that something was withheld"
* section.section 0..0

Profile: SaysoCrisisExtract
Parent: Composition
Id: sayso-crisis-extract
Title: "Crisis extract"
Description: "What a responder needs, from all plans of a person that are in force and as far as they were released: how to come near, how to talk, what helps, what makes it worse, whom to call. The sections stand in the order in which a responder reads. Sections without a released item are not there."
* insert Licences
* ^purpose = "For a crisis line, an ambulance, an emergency department: one call, one page. It is answered by the operation current-plan when no kind of plan is asked for."
* text 1..1
* text ^short = "That the person chose what to share and that there may be more"
* modifierExtension 0..0
* identifier 1..1
* identifier.system 1..1
* identifier.system = $PlanIds (exactly)
* identifier.value 1..1
* status = #final
* type = $SCT#736253002
* category 1..1
* category = $LOINC#42348-3
* subject 1..1
* subject only Reference(Patient)
* encounter 0..0
* author 1..1
* author only Reference(Patient)
* attester 0..0
* section 1..*
* section.title 1..1
* section.code 1..1
* insert SectionCoding(section.code)
* section.text 1..1 MS
* section.entry 1..*
* section.emptyReason 0..0
* section.section 0..0

Profile: SaysoDocument
Parent: Bundle
Id: sayso-document
Title: "Document"
Description: "A plan, or the crisis extract, as one FHIR document: the Composition first, then the person, then all that the Composition leads to, and who made it. It can be read without a further call."
* ^purpose = "What current-plan answers, and where the index entry of a plan points to."
* type = #document
* identifier 1..1
* identifier.system 1..1
* identifier.system = $PlanIds (exactly)
* identifier.value 1..1
* timestamp 1..1
* total 0..0
* link 0..0
* entry 2..*
* entry ^slicing.discriminator.type = #type
* entry ^slicing.discriminator.path = "resource"
* entry ^slicing.rules = #open
* entry.fullUrl 1..1
* entry.resource 1..1
* entry.search 0..0
* entry.request 0..0
* entry.response 0..0
* entry contains composition 1..1 and person 1..1
* entry[composition].resource only Composition
* entry[person].resource only SaysoPatient

Profile: SaysoDocumentReference
Parent: DocumentReference
Id: sayso-document-reference
Title: "Index entry"
Description: "The entry of a plan in an index of documents: its address is in the attachment. Or of a document that is kept whole, byte for byte as it came: then the bytes are in the attachment."
* insert Licences
* ^purpose = "For systems that look for advance directives as documents. A directive made elsewhere is kept as it is and stands beside the plans made here; it replaces none of them."
* text 1..1
* modifierExtension 0..0
* status MS
* status ^short = "current, or superseded by a newer plan. Never entered-in-error"
* docStatus MS
* type 1..1
* insert KindCoding(type)
* category 1..1
* category = $LOINC#42348-3
* subject 1..1
* subject only Reference(Patient)
* date 1..1
* author 1..1
* author only Reference(Patient)
* authenticator 0..0
* description 1..1
* description ^short = "The title of the plan"
* content 1..1
* content.attachment.contentType 1..1
* content.attachment.data ^short = "The bytes, where the document is kept whole"
* content.attachment.url ^short = "The address of the plan as a document, else"
* content.attachment obeys sayso-data-or-url
* context.encounter 0..0
* context.event 0..0
* context.period ^short = "From when to when it is meant to hold"

Profile: SaysoProvenance
Parent: Provenance
Id: sayso-provenance
Title: "Who made a plan"
Description: "The person, whose plan it is; each other voice in what was released; and, where the plan leaves whole, who signed, witnessed or attested it, and when."
* ^purpose = "For systems that must know where a statement comes from before they rely on it. A voice that stands in nothing of what was released is not named. An extract names nobody who signed or witnessed: what they put their name to is the whole."
* text 1..1
* modifierExtension 0..0
* target 3..3
* target only Reference(SaysoCarePlan or SaysoComposition or SaysoDocumentReference)
* occurred[x] 0..0
* recorded ^short = "When what was released last changed, or was released"
* policy 0..0
* location 0..0
* reason 0..0
* activity = $DataOperation#UPDATE
* activity ^short = "UPDATE where what is shown was not all made at once; not there where nothing is known"
* agent.type 1..1
* agent ^slicing.discriminator.type = #pattern
* agent ^slicing.discriminator.path = "type"
* agent ^slicing.rules = #closed
* agent contains author 1..1 and voice 0..* MS and signature 0..* MS and attestation 0..* MS
* agent.onBehalfOf 0..0
* agent[author].type = $Participant#author
* agent[author].who only Reference(SaysoPatient)
* agent[author] ^short = "The person: it is their plan"
* agent[voice].type = $Participant#informant
* agent[voice].role 1..1
* agent[voice].role from VoiceRoles (required)
* agent[voice].who ^short = "Who, by identifier or by name: never an address"
* agent[voice] ^short = "Whose voice stands in something that was released, and in which role they speak"
* agent[signature].extension contains FormalityDay named day 1..1
* agent[signature].type = $Participant#legal
* agent[signature].role 1..1
* agent[signature].role = FormalityKind#signature
* agent[signature] ^short = "The person's own signature; only in the whole"
* agent[attestation].extension contains FormalityDay named day 1..1
* agent[attestation].type = $Participant#attester
* agent[attestation].role 1..1
* agent[attestation].role from FormalityKinds (required)
* agent[attestation] ^short = "Who else signed, witnessed, or attested that the person could decide; only in the whole"
* entity 0..0
* signature 0..0
* signature ^comment = "What was signed on paper, or in some other place, is named among the agents; there is no digital signature of it here."

Profile: SaysoPatient
Parent: Patient
Id: sayso-patient
Title: "Person"
Description: "Whose plan it is, to those who may see something of it: what they are called, and the identifiers that somebody has verified. Nothing else is known here, and no diagnosis is ever needed."
* ^purpose = "To know that the plan is this person's. A number that a person typed themselves is never sent as theirs: the wrong person's directive is as bad as none."
* extension 0..0
* modifierExtension 0..0
* identifier.system 1..1
* identifier.value 1..1
* identifier ^short = "Identifiers that an identity provider or an organization has verified"
* name 1..1
* name.text 1..1
* active 0..0
* telecom 0..0
* gender 0..0
* birthDate 0..0
* deceased[x] 0..0
* address 0..0
* maritalStatus 0..0
* multipleBirth[x] 0..0
* photo 0..0
* contact 0..0
* communication 0..0
* generalPractitioner 0..0
* managingOrganization 0..0
* link 0..0

Invariant: sayso-kind
Description: "One category says the kind of plan, by our code and in words"
Expression: "category.where(coding.exists(system = 'https://sayso.example/fhir/CodeSystem/plan-kind') and text.exists()).count() = 1"
Severity: #error

Invariant: sayso-data-or-url
Description: "The bytes are there, or the address where they are"
Expression: "data.exists() or url.exists()"
Severity: #error
