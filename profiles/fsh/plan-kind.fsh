// Generated from crates/plan by a test of crates/fhir (SAYSO_BLESS=1); do not edit.

CodeSystem: PlanKind
Id: plan-kind
Title: "Kinds of plan"
Description: "A kind is a list of sections with cardinalities and a few rules."
* ^status = #active
* ^experimental = false
* ^version = "1"
* ^caseSensitive = true
* ^content = #complete
* #wellness-plan "My wellness and recovery plan" "How the person stays well and what they do when it gets harder. The person alone finishes it, and nobody else has to sign it."
* #contingency-plan "If things change" "What to do if things change: the signs, the steps, and who does what."
* #joint-crisis-plan "Our crisis plan" "A plan for a crisis that the person and others agreed with each other, helped by somebody from outside the treating team. Where they disagree, it says so."
* #safety-plan "My safety plan" "Steps through a dangerous time, from what the person can do alone to whom to call. It can be entered at any step."
* #advance-directive "My advance directive" "What the person wants and refuses for a time when they may not be able to say it, under a law or as a wish."
* #recovery-plan "My recovery plan" "Where the person wants to go, beginning with strengths and with what matters. It has no score, and no diagnosis is asked for."
* #crisis-card "My card" "The few lines to carry along, chosen from what the other plans say."
