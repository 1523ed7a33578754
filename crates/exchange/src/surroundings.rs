//! What the binary brings: the time and randomness.

use std::fmt;
use std::sync::Arc;

use time::OffsetDateTime;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;
/// Fills a buffer with random bytes.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What a test does between a decision and its record.
#[cfg(feature = "leaks")]
pub type Between = Arc<dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The time and randomness, as arguments.
#[derive(Clone)]
pub struct Surroundings {
    clock: Clock,
    entropy: Entropy,
    #[cfg(feature = "leaks")]
    between: Arc<std::sync::Mutex<Option<Between>>>,
}

impl Surroundings {
    /// Takes the clock and the source of randomness.
    #[must_use]
    pub fn new(clock: Clock, entropy: Entropy) -> Self {
        Self {
            clock,
            entropy,
            #[cfg(feature = "leaks")]
            between: Arc::default(),
        }
    }

    /// Lets a test act once between the next decision and its record.
    #[cfg(feature = "leaks")]
    pub fn once_between(&self, act: Between) {
        *self.between.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(act);
    }

    #[cfg(feature = "leaks")]
    pub(crate) async fn between(&self) {
        let act = self.between.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(act) = act {
            act().await;
        }
    }

    /// The time on the clock.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    /// 16 random bytes, for an id.
    #[must_use]
    pub fn fresh(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        (self.entropy)(&mut bytes);
        bytes
    }

    /// 32 random bytes, for a secret.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        (self.entropy)(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}
