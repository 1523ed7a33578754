// Value sets: first those of all codes of one list, then choices of codes.

ValueSet: ItemTypes
Id: item-type
Title: "Types of item"
Description: "Every type of item."
* ^experimental = false
* include codes from system ItemType

ValueSet: ContactRoles
Id: contact-role
Title: "What a contact does"
Description: "Everything a contact may do for the person."
* ^experimental = false
* include codes from system ContactRole

ValueSet: ReachWays
Id: reach-by
Title: "Ways to reach somebody"
Description: "Every way to reach somebody."
* ^experimental = false
* include codes from system ReachBy

ValueSet: MayBeToldLevels
Id: may-be-told
Title: "What a contact may be told"
Description: "Every level, from nothing to what the plan says."
* ^experimental = false
* include codes from system MayBeTold

ValueSet: ContactableAnswers
Id: contactable
Title: "Whether to contact somebody"
Description: "Yes, only under a condition, or never."
* ^experimental = false
* include codes from system Contactable

ValueSet: AboutKinds
Id: about-kind
Title: "What a preference is about"
Description: "Every kind of thing a preference can be about."
* ^experimental = false
* include codes from system AboutKind

ValueSet: PreferenceDirections
Id: preference-direction
Title: "Wanted, accepted or refused"
Description: "Every direction of a preference."
* ^experimental = false
* include codes from system PreferenceDirection

ValueSet: PreferenceIntents
Id: preference-intent
Title: "How binding a preference is meant"
Description: "From a wish to an advance consent or refusal."
* ^experimental = false
* include codes from system PreferenceIntent

ValueSet: RecoveryThemes
Id: recovery-theme
Title: "Themes of recovery"
Description: "The five themes a goal can be tagged with."
* ^experimental = false
* include codes from system RecoveryTheme

ValueSet: ArrangementPurposes
Id: arrangement-for
Title: "What an arrangement is for"
Description: "Everything an arrangement can be for."
* ^experimental = false
* include codes from system ArrangementFor

ValueSet: Acceptances
Id: acceptance
Title: "Whether they agreed"
Description: "Yes, no, or not known."
* ^experimental = false
* include codes from system Acceptance

ValueSet: NeedKinds
Id: need-kind
Title: "Kinds of need"
Description: "Every kind of need."
* ^experimental = false
* include codes from system NeedKind

ValueSet: NeedStrengths
Id: need-strength
Title: "How strong a need is"
Description: "What must be there, and what helps."
* ^experimental = false
* include codes from system NeedStrength

ValueSet: StancePositions
Id: stance-position
Title: "Where a party stands"
Description: "Every position a party can take."
* ^experimental = false
* include codes from system StancePosition

ValueSet: ConditionSenses
Id: condition-sense
Title: "Only if, or unless"
Description: "How a condition bears on what is said."
* ^experimental = false
* include codes from system ConditionSense

ValueSet: TranslationSources
Id: translation-by
Title: "Who translated"
Description: "A machine or a human being."
* ^experimental = false
* include codes from system TranslationBy

ValueSet: FormalityKinds
Id: formality-kind
Title: "Formalities"
Description: "Every kind of formality."
* ^experimental = false
* include codes from system FormalityKind

ValueSet: SectionAbsences
Id: section-absence
Title: "Why a section is empty"
Description: "Every reason that can be given for an empty section."
* ^experimental = false
* include codes from system SectionAbsence

ValueSet: PlanInstruments
Id: plan-instrument
Title: "Instruments of law"
Description: "Every instrument of law that a plan can name."
* ^experimental = false
* include codes from system PlanInstrument

ValueSet: PlanStates
Id: plan-state
Title: "States of a plan"
Description: "Every state of a plan."
* ^experimental = false
* include codes from system PlanState

ValueSet: PlanSections
Id: plan-section
Title: "Sections of a plan"
Description: "All sections, in reading order."
* ^experimental = false
* include codes from system PlanSection

ValueSet: PlanKinds
Id: plan-kind
Title: "Kinds of plan"
Description: "All kinds of plan."
* ^experimental = false
* include codes from system PlanKind

ValueSet: PartyRoles
Id: party-role
Title: "Roles of parties"
Description: "Everything a party can be in a plan."
* ^experimental = false
* include codes from system PartyRole

ValueSet: VoiceRoles
Id: voice-role
Title: "In which role somebody speaks"
Description: "The roles in which somebody can speak in a plan. A service or a witness has no voice of its own in it."
* ^experimental = false
* PartyRole#person
* PartyRole#supporter
* PartyRole#peer
* PartyRole#clinician
* PartyRole#facilitator
* PartyRole#agent

ValueSet: ItemConfidentiality
Id: item-confidentiality
Title: "How close an item is"
Description: "The three levels a person can give an item, as confidentiality codes. Readers with engines that act on labels treat an item at least as carefully as its label says."
* ^experimental = false
* $Confidentiality#N "normal"
* $Confidentiality#R "restricted"
* $Confidentiality#V "very restricted"

ValueSet: StatementCategories
Id: statement-category
Title: "Categories of statement"
Description: "The two categories of US Core under which record systems look for what a person wants: about treatment, and about everything else in how they are cared for."
* ^experimental = false
* $USCoreCategory#treatment-intervention-preference
* $USCoreCategory#care-experience-preference

ValueSet: SectionEmptyReasons
Id: section-empty-reason
Title: "Why a section of a document is empty"
Description: "The reasons of a plan in the codes that documents use. Asked and declined is sent as unavailable, with asked-declined beside it."
* ^experimental = false
* $EmptyReason#nilknown "Nil Known"
* $EmptyReason#notasked "Not Asked"
* $EmptyReason#unavailable "Unavailable"

ValueSet: Purposes
Id: purpose
Title: "Purposes that a person can permit"
Description: "For what a recipient may ask for a plan. A purpose that is not among them cannot be permitted here, so asking for it finds nothing."
* ^experimental = false
* $ActReason#TREAT "treatment"
* $ActReason#ETREAT "Emergency Treatment"
* $ActReason#BTG "break the glass"
* $ActReason#COC "coordination of care"
* $ActReason#CAREMGT "care management"
* $ActReason#PATRQT "patient requested"
* $ActReason#FAMRQT "family requested"
* $ActReason#PWATRNY "power of attorney"
* $ActReason#SUPNWK "support network"
