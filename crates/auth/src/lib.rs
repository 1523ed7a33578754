//! OAuth, OpenID Connect and SMART as typed messages and rules.
