// What the person decided about who may see what, and what others send about it.

Alias: $PlanTag = https://sayso.example/fhir/CodeSystem/plan-tag
Alias: $ConsentPart = https://sayso.example/fhir/CodeSystem/consent-part
Alias: $ActCode = http://terminology.hl7.org/CodeSystem/v3-ActCode
Alias: $Participation = http://terminology.hl7.org/CodeSystem/v3-ParticipationType

Profile: SaysoSharingConsent
Parent: Consent
Id: sayso-sharing-consent
Title: "Who may see what"
Description: "One decision of the person's about who may see what of their plans, in the form that withholds where a reader does not understand it: the root denies, and beneath it each permit names exactly one actor, one purpose, one label and its time. A refusal is a Consent of its own, whose root denies what it names. It is about sharing and never about treatment."
* insert Licences
* ^purpose = "For apps that show a person whom they let in, and that bring what they would decide. Only the person and the apps that they let see it get these; recipients see what comes of them and nothing else. Whatever would open something waits, as proposed, until the person says so on their own page."
* modifierExtension 0..0
* status ^short = "proposed while it waits for the person's word, and opens nothing; active; inactive once it was taken back; rejected where the person said no"
* scope = $ConsentScope#patient-privacy
* category 1..1
* category = $LOINC#59284-0
* patient 1..1
* patient only Reference(Patient)
* dateTime 1..1
* dateTime ^short = "When it was decided or sent"
* performer 1..1
* performer only Reference(Patient)
* organization 0..0
* source[x] 0..0
* policy 0..0
* policyRule 1..1
* policyRule from ConsentRules (required)
* policyRule ^short = "Never a source of a permit: what is permitted stands in the provisions alone"
* verification 0..0
* provision 1..1 MS
* provision.type 1..1
* provision.type = #deny
* provision.extension contains EvenInEmergency named evenInEmergency 0..1
* provision.period ^short = "Of a refusal; without an end until it is taken back"
* provision.actor 0..1
* insert ConsentActor(provision.actor)
* provision.action 0..0
* provision.securityLabel 0..1
* provision.securityLabel ^short = "Of a refusal: what it covers; everything, where there is none"
* provision.purpose 0..1
* provision.purpose from Purposes (required)
* provision.class 0..0
* provision.code 0..0
* provision.dataPeriod 0..0
* provision.data 0..1
* provision.data.meaning = #instance
* provision.provision MS
* provision.provision.extension contains AfterDeath named afterDeath 0..1
* provision.provision.type 1..1
* provision.provision.type = #permit
* provision.provision.period 1..1
* provision.provision.period.start 1..1
* provision.provision.period.end 1..1
* provision.provision.actor 1..1
* insert ConsentActor(provision.provision.actor)
* provision.provision.action 0..0
* provision.provision.securityLabel 1..1
* provision.provision.securityLabel ^short = "A section, an item, a kind of plan, a plan, all documents, or a confidentiality. Nothing that is assembled carries such a label, so an engine that matches labels releases it to nobody"
* provision.provision.purpose 1..1
* provision.provision.purpose from Purposes (required)
* provision.provision.class 0..0
* provision.provision.code 0..0
* provision.provision.dataPeriod 0..0
* provision.provision.data 0..1
* provision.provision.data.meaning = #instance
* provision.provision.provision 0..0

RuleSet: ConsentActor(path)
* {path}.role = $Participation#IRCP
* {path}.reference.reference 0..0
* {path}.reference.type 1..1
* {path}.reference.identifier 1..1
* {path}.reference.identifier.system 1..1
* {path}.reference.identifier.value 1..1
* {path}.reference ^short = "An organization, an app, a practitioner at an organization, or a class of services, by identifier: never an address"

Extension: EvenInEmergency
Id: even-in-emergency
Title: "Even in an emergency"
Description: "The refusal holds even in an emergency: whatever purpose it names, it refuses ETREAT and BTG too, and nothing that is declared opens what it covers."
Context: Consent.provision
* ^purpose = "A refusal is one without this mark too. Who does not know the mark refuses, and at most opens in an emergency what its own rules open then."
* value[x] 1..1
* value[x] only boolean
* valueBoolean = true

Extension: AfterDeath
Id: after-death
Title: "After death"
Description: "The permit outlasts the person's death, because the person said so. A refusal always does."
Context: Consent.provision
* ^purpose = "Permits end with the person's death unless they name it."
* value[x] 1..1
* value[x] only boolean
* valueBoolean = true

Extension: ProvisionEffect
Id: provision-effect
Title: "Effect of a provision"
Description: "Whether a provision permits or refuses, whatever the level above it says. For the forms of R5 and R6, in which each level negates the one above it: a refusal stands there under a root that denies."
Context: Consent.provision
* . ?!
* . ^isModifierReason = "Without it the provision would be an exception from the level above it, and a refusal would be read as a permit."
* ^purpose = "R5 and R6 have no type on a provision, and a refusal under a base that permits would open all the rest to a reader who knows nothing of us. Who does not know the extension must leave the provision alone, and is left with the base, which denies."
* value[x] 1..1
* value[x] only code
* value[x] from ProvisionEffects (required)

CodeSystem: PlanTag
Id: plan-tag
Title: "Plans"
Description: "A code is the id of one plan: the label by which a consent is about that plan. No resource carries it. The codes are not listed, because which plans there are is the person's own matter."
* ^status = #active
* ^experimental = false
* ^caseSensitive = true
* ^content = #not-present

CodeSystem: ConsentPart
Id: consent-part
Title: "Parts that a consent can be about"
Description: "What a consent can be about beside sections, items, kinds of plan and plans."
* insert Codes
* #documents "Whole documents" "All documents that are kept whole, also those that are added later"

ValueSet: ConsentRules
Id: consent-rule
Title: "Rules of consents"
Description: "How a consent about who may see what is meant as a whole. What it permits stands in its provisions alone."
* ^experimental = false
* $ActCode#OPTINR "opt-in with restrictions"
* $ActCode#OPTOUTE "opt-out with exceptions"

ValueSet: ProvisionEffects
Id: provision-effect
Title: "Effects of a provision"
Description: "Whether a provision permits or refuses."
* ^experimental = false
* http://hl7.org/fhir/consent-provision-type#deny
* http://hl7.org/fhir/consent-provision-type#permit

Instance: organization
InstanceOf: NamingSystem
Usage: #definition
* name = "SaysoOrganization"
* status = #active
* kind = #identifier
* date = "2026-11-01"
* description = "Ids of the organizations that are registered here."
* uniqueId.type = #uri
* uniqueId.value = "https://sayso.example/fhir/NamingSystem/organization"
* uniqueId.preferred = true

Instance: app
InstanceOf: NamingSystem
Usage: #definition
* name = "SaysoApp"
* status = #active
* kind = #identifier
* date = "2026-11-01"
* description = "Ids of the apps that are registered here."
* uniqueId.type = #uri
* uniqueId.value = "https://sayso.example/fhir/NamingSystem/app"
* uniqueId.preferred = true

Instance: practitioner-role
InstanceOf: NamingSystem
Usage: #definition
* name = "SaysoPractitionerRole"
* status = #active
* kind = #identifier
* date = "2026-11-01"
* description = "Practitioners at an organization: the id of the organization, a dot, the id of the practitioner."
* uniqueId.type = #uri
* uniqueId.value = "https://sayso.example/fhir/NamingSystem/practitioner-role"
* uniqueId.preferred = true

Instance: supporter
InstanceOf: NamingSystem
Usage: #definition
* name = "SaysoSupporter"
* status = #active
* kind = #identifier
* date = "2026-11-01"
* description = "Those who support a person: one id for each person they support."
* uniqueId.type = #uri
* uniqueId.value = "https://sayso.example/fhir/NamingSystem/supporter"
* uniqueId.preferred = true

Instance: recipient-class
InstanceOf: NamingSystem
Usage: #definition
* name = "SaysoRecipientClass"
* status = #active
* kind = #identifier
* date = "2026-11-01"
* description = "Classes of recipients that a person can choose knowingly: crisis-services, each service that was verified as one."
* uniqueId.type = #uri
* uniqueId.value = "https://sayso.example/fhir/NamingSystem/recipient-class"
* uniqueId.preferred = true
