// Generated from crates/plan by a test of crates/fhir (SAYSO_BLESS=1); do not edit.

CodeSystem: PlanKind
Id: plan-kind
Title: "Kinds of plan"
Description: "A kind is a list of sections with cardinalities and a few rules."
* ^status = #active
* ^version = "1"
* ^caseSensitive = true
* ^content = #complete
* #wellness-plan "My wellness and recovery plan"
* #contingency-plan "If things change"
* #joint-crisis-plan "Our crisis plan"
* #safety-plan "My safety plan"
* #advance-directive "My advance directive"
* #recovery-plan "My recovery plan"
* #crisis-card "My card"
