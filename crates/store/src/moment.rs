//! Times as they are stored: microseconds since 1970-01-01T00:00Z, always given back in UTC.

use time::OffsetDateTime;

use crate::error::StoreError;

const NANOS_PER_MICRO: i128 = 1000;

/// Years 0 to 9999 fit into 64 bits of microseconds many times over, so nothing is ever cut here.
pub(crate) fn to_micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos().div_euclid(NANOS_PER_MICRO)).unwrap_or(i64::MAX)
}

pub(crate) fn from_micros(micros: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * NANOS_PER_MICRO)
        .map_err(|_| StoreError::Damaged("time"))
}
