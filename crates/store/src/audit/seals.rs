//! The tree: its entries are all there, and each stored head is the head of its entries.

use std::collections::BTreeMap;

use sayso_ledger::{Chain, Frontier, Head, Seal, TreeHead};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{Found, NotWhole, Report};
use crate::error::StoreError;
use crate::keys::Keys;
use crate::writer::{hash_at, seq_at, tree_head_mac};

/// How many entries are read at once.
const PAGE: i64 = 10_000;

/// A stored tree head.
struct Stored {
    head: TreeHead,
    at: i64,
    upto: u64,
    peaks: Vec<u8>,
    mac: Vec<u8>,
}

pub(super) async fn check(
    connection: &mut SqliteConnection,
    keys: &Keys,
    kept: &[TreeHead],
    report: &mut Report,
) -> Result<(), Found> {
    let mut stored = heads(connection).await?;
    let last = stored.last_key_value().map(|(_, head)| (head.head, head.upto));
    let mut frontier = Frontier::new();
    loop {
        let from = i64::try_from(frontier.size()).unwrap_or(i64::MAX);
        let rows = sqlx::query("SELECT n, tag, chain_id, seq, hash, at FROM seal WHERE n >= ? ORDER BY n LIMIT ?")
            .bind(from)
            .bind(PAGE)
            .fetch_all(&mut *connection)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            append(&mut frontier, row)?;
            report.seals = frontier.size();
            report.head = frontier.head();
            if let Some(head) = stored.remove(&frontier.size()) {
                compare(keys, &head, &frontier)?;
            }
            continues(kept, &frontier)?;
        }
    }
    let size = frontier.size();
    if let Some(beyond) = stored.into_keys().next() {
        return Err(NotWhole::SealRemoved(size.min(beyond)).into());
    }
    let head = last.map_or(0, |(head, _)| head.size);
    if head != size {
        return Err(NotWhole::HeadRemoved { entries: size, head }.into());
    }
    if let Some(kept) = kept.iter().find(|kept| kept.size > size) {
        return Err(NotWhole::NotAContinuation(kept.size).into());
    }
    all_leaves(connection, last.map_or(0, |(_, upto)| upto)).await
}

async fn heads(connection: &mut SqliteConnection) -> Result<BTreeMap<u64, Stored>, Found> {
    let rows = sqlx::query("SELECT size, root, at, upto, peaks, mac FROM tree_head").fetch_all(connection).await?;
    let mut heads = BTreeMap::new();
    for row in &rows {
        let head = TreeHead { size: seq_at(row, 0)?, root: hash_at(row, 1)? };
        let (at, upto) = (row.try_get(2)?, seq_at(row, 3)?);
        heads.insert(head.size, Stored { head, at, upto, peaks: row.try_get(4)?, mac: row.try_get(5)? });
    }
    Ok(heads)
}

fn append(frontier: &mut Frontier, row: &SqliteRow) -> Result<(), Found> {
    let n = seq_at(row, 0)?;
    if n != frontier.size() {
        return Err(NotWhole::SealRemoved(frontier.size()).into());
    }
    let head = Head { seq: seq_at(row, 3)?, hash: hash_at(row, 4)? };
    frontier.append(&Seal { chain: chain_at(row)?, head, at_micros: row.try_get(5)? }.bytes());
    Ok(())
}

/// Reads a chain from columns 1 (its tag) and 2 (its id).
pub(super) fn chain_at(row: &SqliteRow) -> Result<Chain, StoreError> {
    let tag = u8::try_from(row.try_get::<i64, _>(1)?).map_err(|_| StoreError::Damaged("seal"))?;
    Chain::from_stored(tag, crate::store::id_at(row, 2)?).ok_or(StoreError::Damaged("seal"))
}

fn compare(keys: &Keys, stored: &Stored, frontier: &Frontier) -> Result<(), Found> {
    let size = stored.head.size;
    let upto = i64::try_from(stored.upto).unwrap_or(i64::MAX);
    if tree_head_mac(keys, &stored.head, stored.at, upto, &stored.peaks).as_slice() != stored.mac {
        return Err(NotWhole::ForeignHead(size).into());
    }
    if stored.head != frontier.head() || stored.peaks != frontier.peaks() {
        return Err(NotWhole::Root(size).into());
    }
    Ok(())
}

fn continues(kept: &[TreeHead], frontier: &Frontier) -> Result<(), Found> {
    match kept.iter().find(|kept| kept.size == frontier.size()) {
        Some(kept) if *kept != frontier.head() => Err(NotWhole::NotAContinuation(kept.size).into()),
        Some(_) | None => Ok(()),
    }
}

/// Leaves are numbered without gaps in the order of recording, at least up to the last one that was sealed.
async fn all_leaves(connection: &mut SqliteConnection, sealed: u64) -> Result<(), Found> {
    let row = sqlx::query("SELECT coalesce(max(n), 0) FROM leaf").fetch_one(connection).await?;
    let last = seq_at(&row, 0)?;
    if last < sealed { Err(NotWhole::CutOff { last, sealed }.into()) } else { Ok(()) }
}
