// What a server of plans can do. A test of crates/gateway compares it with what the program says of itself.

RuleSet: Resource(type, profile)
* rest[0].resource[+].type = #{type}
* rest[0].resource[=].supportedProfile = Canonical({profile})
* rest[0].resource[=].interaction[+].code = #read
* rest[0].resource[=].interaction[+].code = #vread
* rest[0].resource[=].interaction[+].code = #history-instance
* rest[0].resource[=].interaction[+].code = #search-type
* rest[0].resource[=].interaction[+].code = #history-type
* rest[0].resource[=].versioning = #versioned-update
* insert Search(_id, Resource-id, token)

RuleSet: Search(name, definition, form)
* rest[0].resource[=].searchParam[+].name = "{name}"
* rest[0].resource[=].searchParam[=].definition = "http://hl7.org/fhir/SearchParameter/{definition}"
* rest[0].resource[=].searchParam[=].type = #{form}

RuleSet: Validated
* rest[0].resource[=].operation[+].name = "validate"
* rest[0].resource[=].operation[=].definition = Canonical(validate)

Instance: server
InstanceOf: CapabilityStatement
Usage: #definition
* url = "https://sayso.example/fhir/CapabilityStatement/server"
* name = "SaysoServer"
* title = "Server of plans"
* status = #active
* experimental = false
* date = "2026-11-01"
* description = """
What a server does that holds people's plans and releases them on their say-so. Reads and searches, their counts, pages and histories are answered from what the person released to this caller for this purpose; hidden and absent give the same bytes.
"""
* purpose = "For those who build a client, and for those who want to offer the same."
* kind = #requirements
* fhirVersion = #4.0.1
* format[0] = #application/fhir+json
* format[1] = #json
* rest[0].mode = #server
* rest[0].documentation = "A search asks for one person: by patient, by a verified identifier (patient.identifier; the same by POST with _search, so that the identifier is in no log on the way), or by _id; an app that acts for the person need not name them. A record system that names nobody gets all who share with its organization, in pages; the history of a type says what became different of that since a moment, and what is to be purged. An unknown parameter is refused, unless the caller asks for lenient handling. Unchanged is told by ETag. Updates need If-Match; an app changes only what it can see."
* rest[0].security.cors = true
* rest[0].security.service = http://terminology.hl7.org/CodeSystem/restful-security-service#SMART-on-FHIR
* rest[0].security.description = "SMART App Launch: apps that act for the person, record systems and backend services. A token says who asks; what it may see is decided anew at every read."
* insert Resource(Patient, SaysoPatient)
* insert Search(identifier, Patient-identifier, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* rest[0].resource[=].operation[0].name = "current-plan"
* rest[0].resource[=].operation[0].definition = Canonical(current-plan)
* rest[0].resource[=].operation[1].name = "ask-to-share"
* rest[0].resource[=].operation[1].definition = Canonical(ask-to-share)
* insert Resource(CarePlan, SaysoCarePlan)
* rest[0].resource[=].interaction[+].code = #create
* rest[0].resource[=].interaction[+].code = #update
* insert Search(patient, clinical-patient, reference)
* insert Search(status, CarePlan-status, token)
* insert Search(category, CarePlan-category, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* insert Validated
* insert Resource(Goal, SaysoGoal)
* insert Search(patient, clinical-patient, reference)
* insert Search(lifecycle-status, Goal-lifecycle-status, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* insert Resource(CareTeam, SaysoCareTeam)
* insert Search(patient, clinical-patient, reference)
* insert Search(status, CareTeam-status, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* insert Resource(Observation, SaysoStatement)
* insert Search(patient, clinical-patient, reference)
* insert Search(status, Observation-status, token)
* insert Search(category, Observation-category, token)
* insert Search(code, clinical-code, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* insert Resource(RelatedPerson, SaysoContact)
* insert Search(patient, RelatedPerson-patient, reference)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* insert Resource(Consent, SaysoTreatmentConsent)
* rest[0].resource[=].supportedProfile[+] = Canonical(SaysoAgentConsent)
* rest[0].resource[=].supportedProfile[+] = Canonical(SaysoSharingConsent)
* rest[0].resource[=].interaction[+].code = #create
* rest[0].resource[=].interaction[+].code = #update
* insert Search(patient, clinical-patient, reference)
* insert Search(status, Consent-status, token)
* insert Search(category, Consent-category, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* rest[0].resource[=].operation[+].name = "preview"
* rest[0].resource[=].operation[=].definition = Canonical(preview)
* rest[0].resource[=].operation[+].name = "explain"
* rest[0].resource[=].operation[=].definition = Canonical(explain)
* insert Validated
* insert Resource(DocumentReference, SaysoDocumentReference)
* rest[0].resource[=].interaction[+].code = #create
* insert Search(patient, clinical-patient, reference)
* insert Search(status, DocumentReference-status, token)
* insert Search(category, DocumentReference-category, token)
* insert Search(type, clinical-type, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* insert Validated
* insert Resource(Composition, SaysoComposition)
* insert Search(patient, clinical-patient, reference)
* insert Search(status, Composition-status, token)
* insert Search(category, Composition-category, token)
* insert Search(type, clinical-type, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* insert Resource(Provenance, SaysoProvenance)
* insert Search(patient, Provenance-patient, reference)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* rest[0].resource[+].type = #Task
* rest[0].resource[=].supportedProfile = Canonical(SaysoProposal)
* rest[0].resource[=].documentation = "What somebody proposes to a plan that they see. It changes nothing; the person answers on their own page, and whoever brought it reads the answer here as long as the plan is open to them."
* rest[0].resource[=].interaction[+].code = #read
* rest[0].resource[=].interaction[+].code = #search-type
* rest[0].resource[=].interaction[+].code = #create
* rest[0].resource[=].versioning = #versioned
* insert Search(_id, Resource-id, token)
* insert Search(patient, Task-patient, reference)
* insert Search(status, Task-status, token)
* insert Search(code, Task-code, token)
* insert Search(_lastUpdated, Resource-lastUpdated, date)
* rest[0].resource[+].type = #Bundle
* rest[0].resource[=].documentation = "Read as a document by its id. Taken as a transaction at the base, and as a document of one plan here: it becomes a new plan, a CarePlan, and is not kept as a Bundle. Location names the plan."
* rest[0].resource[=].interaction[+].code = #create
* insert Validated
* rest[0].resource[+].type = #QuestionnaireResponse
* rest[0].resource[=].documentation = "Answers to one of the questionnaires of this package, by an app that acts for the person. They become a new draft, a CarePlan, and are not kept as answers: Location names the plan."
* rest[0].resource[=].interaction[+].code = #create
* insert Validated
* rest[0].interaction[0].code = #transaction
* rest[0].interaction[0].documentation = "A push of one whole plan by an app that acts for the person: one CarePlan and the resources of its items, all or nothing."

Instance: item
InstanceOf: NamingSystem
Usage: #definition
* name = "SaysoItem"
* status = #active
* kind = #identifier
* date = "2026-11-01"
* description = "Ids of items. A contact is referred to by the id of its item, in every resource that speaks of it."
* uniqueId.type = #uri
* uniqueId.value = $ItemIds
* uniqueId.preferred = true

Instance: plan
InstanceOf: NamingSystem
Usage: #definition
* name = "SaysoPlan"
* status = #active
* kind = #identifier
* date = "2026-11-01"
* description = "Ids of plans. With a hyphen and a fingerprint behind it the id names one release as a document: what one reader could see at one time."
* uniqueId.type = #uri
* uniqueId.value = $PlanIds
* uniqueId.preferred = true
