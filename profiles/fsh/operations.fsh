// What a system can ask beside reading and searching.

RuleSet: Parameter(name, use, min, max, type, text)
* parameter[+].name = #{name}
* parameter[=].use = #{use}
* parameter[=].min = {min}
* parameter[=].max = {max}
* parameter[=].type = #{type}
* parameter[=].documentation = {text}

RuleSet: Operation(id, name)
* url = "https://sayso.example/fhir/OperationDefinition/{id}"
* name = {name}
* code = #{id}
* status = #active
* experimental = false
* kind = #operation
* system = false
* type = true
* instance = false

Instance: current-plan
InstanceOf: OperationDefinition
Usage: #definition
* insert Operation(current-plan, "CurrentPlan")
* resource = #Patient
* title = "The plan in force"
* description = """
Finds the plan of one kind that is in force now for a person, or, where no kind is asked for, the crisis extract of all plans in force, and answers it as one FHIR document. What is in it is what the person released to this caller for this purpose, and nothing else.

Where nothing is released, where there is no such plan and where there is no such person, the answer is the same 404, byte for byte. By GET an identifier is written as system|value; by POST it stands in a Parameters resource, and so in no log on the way.
"""
* purpose = "Whoever opens the door at night has one call and one minute. They need the directive that holds now, or the page that says how to come near, and must not have to know which resources it is made of."
* affectsState = false
* comment = "The asking is recorded, and the person can read who asked, when, why, and what they saw. The caller needs the right to read DocumentReference."
* insert Parameter(identifier, in, 0, "1", Identifier, [["Whose plan: a verified identifier with its system. Only an app that acts for the person may leave it out, and then means its own person."]])
* insert Parameter(kind, in, 0, "1", code, [["The kind of plan. Without it: the crisis extract."]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = Canonical(PlanKinds)
* insert Parameter(date, in, 0, "1", date, [["The day for which it is asked, in the person's own zone: what was in force at its end, as it stood and was written down here then; of a day to come, as it stands now. What was written down later for that day is not in the answer. It needs a kind."]])
* insert Parameter(purpose, in, 0, "1", code, [["For what the plan is asked: one of the purposes the client is registered for. Without it the client's own purpose holds."]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = Canonical(Purposes)
* insert Parameter(reason, in, 0, "1", string, [["Why, in the caller's words."]])
* insert Parameter(return, out, 1, "1", Bundle, [["The document (profile sayso-document). A directive that was made elsewhere and kept whole is the answer only where there is no plan of its kind."]])

Instance: ask-to-share
InstanceOf: OperationDefinition
Usage: #definition
* insert Operation(ask-to-share, "AskToShare")
* resource = #Patient
* title = "Ask to be let in"
* description = """
An organization asks a person to share their plans with it. The person sees who asks, for what and why, and answers or does not. The answer to the caller is always the same 202, whoever is meant and whatever is there: it does not tell whether there is such a person.
"""
* purpose = "Consent must be able to begin. The person may not know yet that the hospital could read their plan; the hospital must not learn from asking whether there is one."
* affectsState = true
* comment = "Only by POST, and only for an organization. The asking is recorded."
* insert Parameter(identifier, in, 0, "1", Identifier, [["Who is asked: an identifier with its system. Either this or the code."]])
* insert Parameter(code, in, 0, "1", string, [["A code that the person read out: good once, for a quarter of an hour, and only for asking. Hyphens, spaces and small letters do not matter."]])
* insert Parameter(purpose, in, 0, "1", code, [["For what: one of the purposes the client is registered for. Without it the client's own purpose holds."]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = Canonical(Purposes)
* insert Parameter(reason, in, 0, "1", string, [["Why, in words that the person will read; at most 500 characters."]])
* insert Parameter(return, out, 1, "1", OperationOutcome, [["That the person, if there is one, now sees that you ask."]])

Instance: validate
InstanceOf: OperationDefinition
Usage: #definition
* insert Operation(validate, "Validate")
* base = "http://hl7.org/fhir/OperationDefinition/Resource-validate"
* resource[0] = #CarePlan
* resource[1] = #Bundle
* resource[2] = #DocumentReference
* resource[3] = #Consent
* resource[4] = #QuestionnaireResponse
* title = "What would be said of it"
* description = """
Says what would be said of a plan if it were created now: a transaction Bundle as it is pushed, a document Bundle with one plan, a CarePlan by itself, a DocumentReference with a whole document, or answers to a questionnaire. Nothing is stored, and nothing that is stored is looked at: it is always judged as something new.

The answer is 200 with an OperationOutcome, whether the resource can be taken or not. Each issue says where (expression) and what to do (diagnostics). An error would be a refusal. Where there is none, an issue of severity information says so, and others say what a draft still needs before it can be in force. What was sent is never repeated in it.
"""
* purpose = "Whoever builds an app wants to know what is wrong before a person's words are at stake."
* affectsState = false
* comment = "Only by POST, by an app that acts for the person and may create what it sends; the resource is the body, or stands in Parameters. It is recorded that something was checked, and not what. Whether the person opened the sections to the app, whether another plan of the kind is in force, and whether the scopes allow each entry, is said when it is sent."
* insert Parameter(resource, in, 1, "1", Resource, [["What is to be checked."]])
* insert Parameter(mode, in, 0, "1", code, [["Only create."]])
* insert Parameter(return, out, 1, "1", OperationOutcome, [["What would be said."]])

RuleSet: CausePart(name, min, max, type, text)
* parameter[=].part[+].name = #{name}
* parameter[=].part[=].use = #out
* parameter[=].part[=].min = {min}
* parameter[=].part[=].max = {max}
* parameter[=].part[=].type = #{type}
* parameter[=].part[=].documentation = {text}

RuleSet: AboutRecipient
* resource = #Consent
* affectsState = false
* comment = "Only by POST, and only for an app that acts for the person, may read CarePlan, DocumentReference and, by its name and not by a star, Consent, and to which everything is open: the consents of a person tell of parts that any other app does not see, and to whom the person said no is told to nobody but them. An app to which less is open is answered as by a server that does not know the operation; anybody else is refused by their scopes. The asking is recorded, and the person reads of it."
* insert Parameter(organization, in, 0, "1", id, [["The organization that would look, by a record system of its own. Either this, with a purpose, or the client."]])
* insert Parameter(client, in, 0, "1", id, [["The client that would look."]])
* insert Parameter(purpose, in, 0, "1", code, [["For what. Without it a client looks for its own purpose; an organization needs one."]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = Canonical(Purposes)
* insert Parameter(plan, in, 0, "1", id, [["Only of this plan."]])

Instance: preview
InstanceOf: OperationDefinition
Usage: #definition
* insert Operation(preview, "Preview")
* insert AboutRecipient
* title = "What they would get"
* description = """
Answers all that a recipient would get if it read the person's plans now: each resource is byte for byte the one that the recipient would read by its address, as far as its scopes go. Nothing is changed by it.
"""
* purpose = "Whoever decides who sees what must be able to see what they see."
* insert Parameter(return, out, 1, "1", Bundle, [["A collection; empty where the recipient would get nothing."]])

Instance: explain
InstanceOf: OperationDefinition
Usage: #definition
* insert Operation(explain, "Explain")
* insert AboutRecipient
* title = "Why they would get it, or not"
* description = """
Says of each item of the person's plans, and of each document that is kept whole, whether a recipient would get it, and the cause: a code, a plain sentence for the person, and the consent that decides, where one does.
"""
* purpose = "A decision that cannot be explained to the person it is about is not theirs."
* parameter[+].name = #part
* parameter[=].use = #out
* parameter[=].min = 0
* parameter[=].max = "*"
* parameter[=].documentation = "One item of one plan, or one document that is kept whole."
* insert CausePart(plan, 1, "1", id, [["The plan."]])
* insert CausePart(section, 0, "1", code, [["The section of an item. A document stands in none."]])
* insert CausePart(item, 0, "1", id, [["The item. Either this or the document."]])
* insert CausePart(document, 0, "1", id, [["A document that is kept whole, by the id by which a Consent can name it like an item. Its DocumentReference has the id of the plan."]])
* insert CausePart(released, 1, "1", boolean, [["Whether the recipient would get it."]])
* insert CausePart(cause, 1, "1", code, [["Why: permitted, never-opened, refused, refused-even-in-emergency, refusal-not-clear, not-now, other-purpose, close, about-them, not-shared."]])
* insert CausePart(because, 1, "1", string, [["The same as a sentence for the person."]])
* insert CausePart(consent, 0, "1", id, [["The consent that decides."]])
