// What others propose to a plan, and what the person answers.

Profile: SaysoProposal
Parent: Task
Id: sayso-proposal
Title: "Proposal"
Description: "What a clinician, a supporter or a facilitator proposes to a person's plan. It lies beside the plan and changes nothing: the person takes it in as it is, says it in their own words, or says no, with a reason or without. Whatever is taken in stands beside what was there; nothing is overwritten."
* ^purpose = "For those who help to write a plan. Disagreement is proposed like agreement, as a stance in own words."
* extension contains OwnWords named ownWords 0..1
* modifierExtension 0..0
* status from ProposalStatus (required)
* statusReason.coding 0..0
* statusReason.extension contains OwnWords named ownWords 0..1
* statusReason.text ^short = "Why the person said no, in their own words, where they want to say it"
* businessStatus from ProposalAnswers (required)
* intent = #proposal
* code 1..1
* code from Proposals (required)
* description ^short = "What is proposed, in the words of who proposes it"
* focus 1..1
* focus only Reference(CarePlan)
* for 1..1
* for only Reference(Patient)
* requester 1..1
* requester.display 1..1
* requester.display ^short = "Who proposes it"
* owner 0..0
* input 1..4
* input.type from ProposalParts (required)
* input.value[x] only code or id
* output 0..0

CodeSystem: ProposalKind
Id: proposal
Title: "Proposal"
Description: "What somebody proposes to a person's plan."
* insert Codes
* #words "Words" "Something to say in a section, in the words of who proposes it. What stands in the plan stays as it is."
* #stance "Stance" "Where somebody stands on something that the plan says."

CodeSystem: ProposalPart
Id: proposal-part
Title: "Part of a proposal"
Description: "What a proposal says beside its words."
* insert Codes
* #role "Role" "In which role they speak who propose it: supporter, peer, clinician, facilitator or agent."
* #section "Section" "In which section it would stand."
* #about "About" "The item of the plan that it is about, by its id."
* #position "Position" "Where they stand on that item."

CodeSystem: ProposalAnswer
Id: proposal-answer
Title: "Answer to a proposal"
Description: "What the person answered to a proposal. No answer is owed, and no answer needs a reason."
* insert Codes
* #accepted "Accepted" "It stands in the plan, in the voice of who proposed it."
* #changed "Changed" "Something stands in the plan instead, in the person's own words."
* #declined "Declined" "It does not stand in the plan."

ValueSet: Proposals
Id: proposal
Title: "Proposal"
Description: "What can be proposed to a plan."
* ^experimental = false
* include codes from system ProposalKind

ValueSet: ProposalParts
Id: proposal-part
Title: "Part of a proposal"
Description: "What a proposal says beside its words."
* ^experimental = false
* include codes from system ProposalPart

ValueSet: ProposalAnswers
Id: proposal-answer
Title: "Answer to a proposal"
Description: "What the person can answer."
* ^experimental = false
* include codes from system ProposalAnswer

ValueSet: ProposalStatus
Id: proposal-status
Title: "State of a proposal"
Description: "It waits (requested), was taken in as it was or in other words (completed), or was declined (rejected)."
* ^experimental = false
* http://hl7.org/fhir/task-status#requested
* http://hl7.org/fhir/task-status#completed
* http://hl7.org/fhir/task-status#rejected
