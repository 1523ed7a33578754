// Rules that many definitions share.

Alias: $PlanSection = https://sayso.example/fhir/CodeSystem/plan-section
Alias: $PlanKind = https://sayso.example/fhir/CodeSystem/plan-kind
Alias: $PlanItem = https://sayso.example/fhir/CodeSystem/plan-item
Alias: $ItemIds = https://sayso.example/fhir/NamingSystem/item
Alias: $PlanIds = https://sayso.example/fhir/NamingSystem/plan
Alias: $LOINC = http://loinc.org
Alias: $SCT = http://snomed.info/sct
Alias: $Confidentiality = http://terminology.hl7.org/CodeSystem/v3-Confidentiality
Alias: $ActReason = http://terminology.hl7.org/CodeSystem/v3-ActReason
Alias: $ConsentScope = http://terminology.hl7.org/CodeSystem/consentscope
Alias: $ConsentCategory = http://terminology.hl7.org/CodeSystem/consentcategorycodes
Alias: $RoleClass = http://terminology.hl7.org/CodeSystem/v3-RoleClass
Alias: $Participant = http://terminology.hl7.org/CodeSystem/provenance-participant-type
Alias: $DataOperation = http://terminology.hl7.org/CodeSystem/v3-DataOperation
Alias: $EmptyReason = http://terminology.hl7.org/CodeSystem/list-empty-reason
Alias: $USCoreCategory = http://hl7.org/fhir/us/core/CodeSystem/us-core-category
Alias: $USCoreCarePlan = http://hl7.org/fhir/us/core/CodeSystem/careplan-category

// A code system of ours that is complete.
RuleSet: Codes
* ^status = #active
* ^experimental = false
* ^caseSensitive = true
* ^content = #complete

RuleSet: Licences
* ^copyright = "Names codes of LOINC and SNOMED CT by reference. Who uses them needs the licences that hold in their country."

// Parts are told apart by their url. R4 says so already; it is said again for readers of the differential alone.
RuleSet: ByUrl(path)
* {path} ^slicing.discriminator.type = #value
* {path} ^slicing.discriminator.path = "url"
* {path} ^slicing.ordered = false
* {path} ^slicing.rules = #open

// A part of an extension with one value.
RuleSet: Part(path, type, short)
* {path} ^short = {short}
* {path}.value[x] 1..1
* {path}.value[x] only {type}

// A part whose value is one of our codes.
RuleSet: Coded(path, set, short)
* {path} ^short = {short}
* {path}.value[x] 1..1
* {path}.value[x] only code
* {path}.value[x] from {set} (required)

// A part that holds text of any kind, also the empty text and text that a FHIR string cannot hold.
RuleSet: Text(path, short)
* {path} ^short = {short}
* {path} obeys sayso-text

// Text with its language. Where the text stands in an element of the resource, only the language is here.
RuleSet: Words(path, short)
* {path} ^short = {short}
* insert ByUrl({path}.extension)
* {path}.extension contains text 0..1 and lang 1..1
* insert Text({path}.extension[text], "The text\, byte for byte")
* insert Part({path}.extension[lang], code, "Its language as a tag of BCP 47")

// A list: each entry is a part called entry.
RuleSet: Entries(path, type, short)
* {path} ^short = {short}
* insert ByUrl({path}.extension)
* {path}.extension contains entry 1..*
* {path}.extension[entry] ^short = "One of them"
* {path}.extension[entry].value[x] 1..1
* {path}.extension[entry].value[x] only {type}

// A code that stands beside words.
RuleSet: CodeBeside(path)
* {path} ^short = "A code beside the words, never instead of them"
* insert ByUrl({path}.extension)
* {path}.extension contains system 1..1 and code 1..1
* insert Part({path}.extension[system], uri or string, "The code system")
* insert Part({path}.extension[code], code or string, "The code")

// The labels of a resource that carries one item.
RuleSet: ItemLabels
* meta.security 3..*
* meta.security ^slicing.discriminator.type = #value
* meta.security ^slicing.discriminator.path = "system"
* meta.security ^slicing.rules = #open
* meta.security contains section 1..1 and item 1..1 and confidentiality 1..1
* meta.security[section] ^short = "The section the item stands in"
* meta.security[section].system 1..1
* meta.security[section].system = $PlanSection (exactly)
* meta.security[section] from PlanSections (required)
* meta.security[item] ^short = "The item itself: the label for rules that speak of this item alone"
* meta.security[item].system 1..1
* meta.security[item].system = $PlanItem (exactly)
* meta.security[item].code 1..1
* meta.security[confidentiality] ^short = "How close the item is to the person"
* meta.security[confidentiality].system 1..1
* meta.security[confidentiality].system = $Confidentiality (exactly)
* meta.security[confidentiality] from ItemConfidentiality (required)

// The section, as one of the codings of a concept.
RuleSet: SectionCoding(path)
* {path}.text 1..1
* {path}.coding 1..*
* {path}.coding ^slicing.discriminator.type = #value
* {path}.coding ^slicing.discriminator.path = "system"
* {path}.coding ^slicing.rules = #open
* {path}.coding contains section 1..1 MS
* {path}.coding[section] ^short = "The section; a standard code stands beside it where there is one"
* {path}.coding[section].system 1..1
* {path}.coding[section].system = $PlanSection (exactly)
* {path}.coding[section] from PlanSections (required)

// The kind of plan, as one of the codings of a concept.
RuleSet: KindCoding(path)
* {path}.coding 1..*
* {path}.coding ^slicing.discriminator.type = #value
* {path}.coding ^slicing.discriminator.path = "system"
* {path}.coding ^slicing.rules = #open
* {path}.coding contains kind 1..1 MS
* {path}.coding[kind] ^short = "The kind of plan; a standard code stands before it where there is one"
* {path}.coding[kind].system 1..1
* {path}.coding[kind].system = $PlanKind (exactly)
* {path}.coding[kind] from PlanKinds (required)

Invariant: sayso-text
Description: "Text is a string; or its bytes (UTF-8), where a string cannot hold them; or the part called empty, where it is the empty text"
Expression: "value.ofType(string).exists() or value.ofType(base64Binary).exists() or extension.where(url = 'empty').exists()"
Severity: #error
