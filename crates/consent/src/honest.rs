//! Where a forgotten path can be planted for the tests to find. In the shipped program there is only the honest one.

/// What an honest program says, or what one with this leak would.
#[doc(hidden)]
#[macro_export]
macro_rules! or_leak {
    ($honest:expr, $leak:ident => $leaking:expr) => {{
        #[cfg(feature = "leaks")]
        {
            if $crate::leak::planted($crate::leak::Leak::$leak) { $leaking } else { $honest }
        }
        #[cfg(not(feature = "leaks"))]
        {
            $honest
        }
    }};
}
