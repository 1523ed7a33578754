// The lists of codes that plans use, each with the value set of all its codes. A test of crates/plan compares them with
// plan.schema.json.

CodeSystem: ItemType
Id: item-type
Title: "Types of item"
Description: "The eight types of item. An item is the smallest part of a plan that can be released or withheld."
* insert Codes
* #words "Own words" "Anything said in own words"
* #contact "Contact" "A person or service, and how to reach them"
* #preference "Preference" "What is wanted, accepted or refused"
* #goal "Goal" "What the person wants for their life"
* #ladder "Ladder" "Cues and what to do, step by step"
* #agreement "Agreement" "Who promised what, and where each party stands"
* #arrangement "Arrangement" "Who takes care of whom or what"
* #need "Need" "What is needed to talk, move, eat, believe"

CodeSystem: PlanItem
Id: plan-item
Title: "Items of plans"
Description: "A code is the id of one item: the security label of that item alone, for rules that speak of single items. The codes are not listed, because which items there are is the person's own matter."
* ^status = #active
* ^experimental = false
* ^caseSensitive = true
* ^content = #not-present

CodeSystem: PartyRole
Id: party-role
Title: "Roles of parties"
Description: "What somebody is in a plan, and in which role they speak in it."
* insert Codes
* #person "The person" "The one whose plan it is"
* #supporter "Supporter" "Somebody the person chose to stand by them"
* #peer "Peer" "Somebody with experience of their own who supports the person"
* #clinician "Clinician" "Somebody who treats the person, or may"
* #facilitator "Facilitator" "Somebody who helps the parties to agree, and takes no side"
* #agent "Agent" "Somebody who may decide for the person where the law and the plan say so"
* #witness "Witness" "Somebody who saw the plan being made or signed"
* #service "Service" "An organization or line to turn to, not a single human being"
* #family "Family" "A member of the family, close or not"

CodeSystem: ContactRole
Id: contact-role
Title: "What a contact does"
Description: "What a contact does for the person. One contact may do several things."
* insert Codes
* #supporter "Supporter" "Stands by the person"
* #first-call "First call" "Is called before anybody else"
* #agent "Agent" "Speaks for the person where the law and the plan say so"
* #deputy "Deputy" "Steps in when the agent cannot"
* #peer "Peer" "Supports with experience of their own"
* #clinician "Clinician" "Treats the person"
* #facilitator "Facilitator" "Helped to make the plan and can be asked about it"
* #witness "Witness" "Saw the plan being made or signed"

CodeSystem: ReachBy
Id: reach-by
Title: "Ways to reach somebody"
Description: "By which means somebody is reached."
* insert Codes
* #phone "Phone" "A call"
* #text "Text message" "A short message to a phone"
* #video-relay "Video relay" "A call through an interpreter of sign language"
* #email "E-mail" "An e-mail"
* #other "Other" "Another way; the value says which"

CodeSystem: MayBeTold
Id: may-be-told
Title: "What a contact may be told"
Description: "How much somebody may be told by those who call them. It limits what a reader says; it does not let the contact read the plan."
* insert Codes
* #nothing "Nothing" "They may be asked, and told nothing"
* #that-i-am-in-crisis "That I am in crisis" "That the person is in a crisis, and no more"
* #where-i-am "Where I am" "That the person is in a crisis, and where they are"
* #plan-items "What the plan says" "What the caller read in the plan"

CodeSystem: Contactable
Id: contactable
Title: "Whether to contact somebody"
Description: "Whether a party named in the plan is to be contacted at all. Who is never to be contacted travels as a statement, never as a contact with a number."
* insert Codes
* #yes "Yes" "They may be contacted"
* #only-if "Only if" "They may be contacted under the condition that is written beside it"
* #never "Never" "They must not be contacted or told"

CodeSystem: AboutKind
Id: about-kind
Title: "What a preference is about"
Description: "The kind of thing that is wanted, accepted or refused. The thing itself is in the person's words, and in a code where there is one."
* insert Codes
* #medicine "Medicine" "A medicine, or medicines in general"
* #therapy "Therapy" "A treatment that is not a medicine"
* #ect "Electroconvulsive therapy" "Electroconvulsive therapy"
* #place "Place" "Where to be, or where not"
* #person "Person" "Who is to help, or who is not"
* #approach "Approach" "How people come near and talk"
* #restraint "Restraint" "Being held, locked in or medicated by force"
* #admission "Admission" "Being admitted to a hospital or another house"
* #other "Other" "Something else; the words say what"

CodeSystem: PreferenceDirection
Id: preference-direction
Title: "Wanted, accepted or refused"
Description: "Which way a preference points. A reader that shows the words without the direction turns a refusal into a wish."
* insert Codes
* #prefer "Wants" "The person wants it"
* #accept "Accepts" "The person does not ask for it and agrees to it"
* #refuse "Refuses" "The person does not want it"

CodeSystem: PreferenceIntent
Id: preference-intent
Title: "How binding a preference is meant"
Description: "What the person means it to be. What it is in law, the law of the place says, not this code."
* insert Codes
* #wish "Wish" "To be considered"
* #advance-consent "Advance consent" "A consent that is given now for later, when the person may not be able to say it"
* #advance-refusal "Advance refusal" "A refusal that is said now for later, when the person may not be able to say it"

CodeSystem: RecoveryTheme
Id: recovery-theme
Title: "Themes of recovery"
Description: "Five processes that people name when they speak of recovery, after the CHIME framework (doi 10.1192/bjp.bp.110.083733). Tags for those who like them; nothing depends on them."
* insert Codes
* #connectedness "Connectedness" "Being with others"
* #hope "Hope" "Seeing that things can be better"
* #identity "Identity" "Being more than what happened"
* #meaning "Meaning" "What makes life worth living"
* #empowerment "Empowerment" "Having a say in one's own life"

CodeSystem: ArrangementFor
Id: arrangement-for
Title: "What an arrangement is for"
Description: "For whom or what somebody takes over while the person cannot."
* insert Codes
* #child "Child" "A child in the person's care"
* #adult "Adult" "An adult in the person's care"
* #pet "Pet" "An animal"
* #home "Home" "The flat or house"
* #work-study "Work or study" "Employer, school, university"
* #money "Money" "Bills, rent, benefits, debts"
* #belongings "Belongings" "Things that need to be safe"
* #other "Other" "Something else; the words say what"

CodeSystem: Acceptance
Id: acceptance
Title: "Whether they agreed"
Description: "Whether the one who is to take over has agreed to. A plan may count on somebody who has not been asked yet; the reader must know."
* insert Codes
* #yes "Yes" "They agreed"
* #no "No" "They were asked and do not agree"
* #unknown "Not known" "They were not asked, or it is not known"

CodeSystem: NeedKind
Id: need-kind
Title: "Kinds of need"
Description: "What somebody needs so that talking, staying and being helped is possible for them."
* insert Codes
* #language "Language" "To speak and be spoken to in a language"
* #interpreter "Interpreter" "An interpreter, of a spoken or a sign language"
* #easy-read "Easy words" "Short sentences, easy words, pictures"
* #format "Format" "Large print, braille, audio or another form"
* #hearing "Hearing" "What helps to hear or lip-read"
* #sight "Sight" "What helps to see or to get by without"
* #sensory "Senses" "Light, noise, smell, touch"
* #mobility "Moving" "Moving about, steps, lifting"
* #neurodivergence "Neurodivergence" "What helps with autism, ADHD and the like, as the person says it"
* #faith "Faith" "Prayer, rules, people of the faith"
* #food "Food" "What is eaten and what is not"
* #culture "Culture" "Customs, elders, how family takes part"
* #name-pronouns "Name and pronouns" "What to call the person"
* #staff-gender "Gender of staff" "By whom the person can be helped, touched or washed"
* #device "Device" "Something the person needs to have with them"

CodeSystem: NeedStrength
Id: need-strength
Title: "How strong a need is"
Description: "Whether it must be there or helps."
* insert Codes
* #must "Must" "Without it, it does not work"
* #helps "Helps" "It works without it, and better with it"

CodeSystem: StancePosition
Id: stance-position
Title: "Where a party stands"
Description: "Where a party stands on an item. A disagreement does not make the plan less valid; it is shown beside the person's words and never replaces them."
* insert Codes
* #agreed "Agreed" "The party agrees"
* #agreed-in-part "Agreed in part" "The party agrees to some of it; the words say to what"
* #disagreed "Disagreed" "The party does not agree; the words say why"
* #not-sure "Not sure" "The party has not made up their mind"
* #not-present "Not present" "The party was not there"
* #not-asked "Not asked" "The party was not asked"

CodeSystem: ConditionSense
Id: condition-sense
Title: "Only if, or unless"
Description: "How a condition bears on what is said. All conditions of an item apply together."
* insert Codes
* #if "Only if" "It holds only if the condition is met"
* #unless "Unless" "It holds unless the condition is met"

CodeSystem: TranslationBy
Id: translation-by
Title: "Who translated"
Description: "Whether a machine or a human being translated. A translation stands beside the person's words and never instead of them."
* insert Codes
* #machine "Machine" "Translated by a machine; not checked unless somebody is named"
* #human "Human being" "Translated by a human being"

CodeSystem: FormalityKind
Id: formality-kind
Title: "Formalities"
Description: "What was done to give a plan weight in law. Formalities travel only with the whole plan, so that nobody seems to have signed a part."
* insert Codes
* #signature "Signature" "Somebody signed"
* #witness "Witness" "Somebody witnessed"
* #capacity-evidence "Evidence of capacity" "Somebody attests that the person could decide when the plan was made"
* #notary "Notary" "A notary certified it"

CodeSystem: SectionAbsence
Id: section-absence
Title: "Why a section is empty"
Description: "Why a section has no items. It is said by the person or by whoever asked, and never concluded from an empty list: what was not released leaves no trace here."
* insert Codes
* #nothing-to-say "Nothing to say" "Asked, and there is nothing to say"
* #asked-declined "Asked and declined" "Asked, and the person did not want to say"
* #not-asked "Not asked" "Not asked"

CodeSystem: PlanInstrument
Id: plan-instrument
Title: "Instruments of law"
Description: "Which instrument of which law a plan is meant to be. The list grows with the rule sets that are known; what each asks for is kept as data and is not part of this code system."
* insert Codes
* #gb-eaw-adrt "England and Wales: advance decision" "England and Wales: advance decision to refuse treatment"
* #gb-eaw-statement "England and Wales: advance statement" "England and Wales: advance statement of wishes"
* #gb-eaw-choice-document "England and Wales: advance choice document" "England and Wales: advance choice document"
* #gb-sct-statement "Scotland: advance statement" "Scotland: advance statement"
* #ie-directive "Ireland: advance healthcare directive" "Ireland: advance healthcare directive"
* #nl-self-binding "Netherlands: self-binding declaration" "The Netherlands: self-binding declaration (zelfbindingsverklaring)"
* #nl-crisis-card "Netherlands: crisis card" "The Netherlands: crisis card"
* #de-patientenverfuegung "Germany: Patientenverfügung" "Germany: advance directive (Patientenverfügung)"
* #in-directive "India: advance directive" "India: advance directive for mental healthcare"
* #au-vic-statement "Victoria: advance statement of preferences" "Victoria, Australia: advance statement of preferences"
* #nz-directive "New Zealand: advance directive" "New Zealand: advance directive"
* #us-wa-directive "Washington: mental health advance directive" "Washington, United States: mental health advance directive"
* #us-or-declaration "Oregon: declaration for mental health treatment" "Oregon, United States: declaration for mental health treatment"
* #us-pa-declaration "Pennsylvania: mental health declaration" "Pennsylvania, United States: mental health declaration"
* #unknown "Unknown" "None is named, or its rules are not known here: the plan is a wish"

CodeSystem: PlanState
Id: plan-state
Title: "States of a plan"
Description: "Where a plan is in its life. To stop sharing is no state: it is an act of consent, and leaves the plan as it is."
* insert Codes
* #draft "Draft" "Being written; only the person and the person's apps see it"
* #in-talks "In talks" "Being talked about with those it names; nobody else sees it, and no system is shown it"
* #ready "Ready" "The text stands as it is; signatures and stances are still to come"
* #active "Active" "In force"
* #under-review "Under review" "In force, and being looked at again"
* #revoke-requested "Revoke requested" "In force although the person has said no: the no does not count in law now, or nobody here knows whether it does. It is shown first to every reader"
* #superseded "Superseded" "Replaced by a newer plan of the same kind and law"
* #cancelled "Cancelled" "Cancelled by the person"
* #ended "Ended" "Its time is over"
