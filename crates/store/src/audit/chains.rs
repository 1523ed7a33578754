//! The chains: each leaf follows the one before it, commits to its ciphertext, and is the one that was sealed.

use std::collections::BTreeSet;

use sayso_ledger::{Broken, Chain, ChainCheck, Head, Kind, Leaf, Link, Row as LeafRow};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::seals::chain_at;
use super::{Found, NotWhole, Report};
use crate::error::StoreError;
use crate::store::id_at;
use crate::writer::{hash_at, seq_at};

/// How many leaves are read at once.
const PAGE: i64 = 2_000;

/// One of the two sorts of chain.
#[derive(Clone, Copy)]
pub(super) struct Side {
    page: &'static str,
    chain: fn([u8; 16]) -> Chain,
    link: fn(&Leaf) -> &Link,
    /// Leaves stand in both sorts and are counted in one.
    counts: bool,
}

macro_rules! page {
    ($id:literal, $seq:literal) => {
        concat!(
            "SELECT id, at, kind, commitment, hash, ciphertext, organization_id, organization_seq, organization_prev, ",
            "person_id, person_seq, person_prev FROM leaf WHERE (",
            $id,
            ", ",
            $seq,
            ") > (?, ?) ORDER BY ",
            $id,
            ", ",
            $seq,
            " LIMIT ?"
        )
    };
}

pub(super) const ORGANIZATIONS: Side = Side {
    page: page!("organization_id", "organization_seq"),
    chain: Chain::Organization,
    link: |leaf| &leaf.organization,
    counts: false,
};
pub(super) const PERSONS: Side =
    Side { page: page!("person_id", "person_seq"), chain: Chain::Person, link: |leaf| &leaf.person, counts: true };

/// A chain that is being read.
struct Open {
    check: ChainCheck,
    sealed: std::iter::Peekable<std::vec::IntoIter<Head>>,
    last_sealed: u64,
}

pub(super) async fn check(connection: &mut SqliteConnection, side: Side, report: &mut Report) -> Result<(), Found> {
    let mut unseen = sealed_chains(connection, (side.chain)([0; 16]).tag()).await?;
    let mut open: Option<(Chain, Open)> = None;
    let mut after: (Vec<u8>, i64) = (Vec::new(), 0);
    loop {
        let query = sqlx::query(side.page).bind(after.0.clone()).bind(after.1).bind(PAGE);
        let rows = query.fetch_all(&mut *connection).await?;
        let Some(last) = rows.last() else { break };
        let last = (side.link)(&leaf_of(last)?).to_owned();
        after = (last.chain.id().to_vec(), i64::try_from(last.seq).unwrap_or(i64::MAX));
        for row in &rows {
            let leaf = leaf_of(row)?;
            let chain = (side.link)(&leaf).chain;
            let mut current = match open.take() {
                Some((same, current)) if same == chain => current,
                other => {
                    close(other)?;
                    unseen.remove(&chain);
                    report.chains += 1;
                    begin(connection, chain).await?
                }
            };
            take(&mut current, &leaf, row)?;
            report.leaves += u64::from(side.counts);
            open = Some((chain, current));
        }
    }
    close(open)?;
    match unseen.into_iter().next() {
        Some(chain) => {
            let sealed = seals_of(connection, chain).await?.last().map_or(0, |head| head.seq);
            Err(Broken::Truncated { chain, ends_at: 0, sealed }.into())
        }
        None => Ok(()),
    }
}

/// In the order of recording each leaf stands after the ones it follows. Between leaves that share no chain there is no
/// order to keep.
pub(super) async fn in_order(connection: &mut SqliteConnection) -> Result<(), Found> {
    let row = sqlx::query(
        "SELECT later.n FROM leaf AS later JOIN leaf AS earlier ON earlier.n > later.n \
         AND earlier.person_id = later.person_id AND earlier.person_seq = later.person_seq - 1 \
         UNION ALL \
         SELECT later.n FROM leaf AS later JOIN leaf AS earlier ON earlier.n > later.n \
         AND earlier.organization_id = later.organization_id AND earlier.organization_seq = later.organization_seq - 1 \
         LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    match row {
        Some(row) => Err(NotWhole::Swapped(seq_at(&row, 0)?).into()),
        None => Ok(()),
    }
}

async fn begin(connection: &mut SqliteConnection, chain: Chain) -> Result<Open, Found> {
    let sealed = seals_of(connection, chain).await?;
    let last_sealed = sealed.last().map_or(0, |head| head.seq);
    Ok(Open { check: ChainCheck::new(chain), sealed: sealed.into_iter().peekable(), last_sealed })
}

fn take(open: &mut Open, leaf: &Leaf, row: &SqliteRow) -> Result<(), Found> {
    let ciphertext: &[u8] = row.try_get(5)?;
    let head = open.check.push(&LeafRow { leaf: *leaf, stored_hash: hash_at(row, 4)?, ciphertext })?;
    while let Some(sealed) = open.sealed.next_if(|sealed| sealed.seq <= head.seq) {
        open.check.sealed_here(sealed)?;
    }
    Ok(())
}

fn close(open: Option<(Chain, Open)>) -> Result<(), Found> {
    if let Some((_, open)) = open {
        open.check.finish(open.last_sealed)?;
    }
    Ok(())
}

async fn sealed_chains(connection: &mut SqliteConnection, tag: u8) -> Result<BTreeSet<Chain>, Found> {
    let rows = sqlx::query("SELECT DISTINCT 0, tag, chain_id FROM seal WHERE tag = ?")
        .bind(i64::from(tag))
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(chain_at).collect::<Result<_, _>>()?)
}

async fn seals_of(connection: &mut SqliteConnection, chain: Chain) -> Result<Vec<Head>, Found> {
    let rows = sqlx::query("SELECT seq, hash FROM seal WHERE tag = ? AND chain_id = ? ORDER BY seq, n")
        .bind(i64::from(chain.tag()))
        .bind(chain.id().to_vec())
        .fetch_all(connection)
        .await?;
    let head = |row: &SqliteRow| Ok(Head { seq: seq_at(row, 0)?, hash: hash_at(row, 1)? });
    Ok(rows.iter().map(head).collect::<Result<_, StoreError>>()?)
}

/// Reads a leaf from the columns of [`Side::page`].
pub(super) fn leaf_of(row: &SqliteRow) -> Result<Leaf, StoreError> {
    let kind = u8::try_from(row.try_get::<i64, _>(2)?).ok().and_then(Kind::from_number);
    Ok(Leaf {
        id: id_at(row, 0)?,
        at_micros: row.try_get(1)?,
        kind: kind.ok_or(StoreError::Damaged("leaf"))?,
        commitment: hash_at(row, 3)?,
        organization: Link { chain: Chain::Organization(id_at(row, 6)?), seq: seq_at(row, 7)?, prev: hash_at(row, 8)? },
        person: Link { chain: Chain::Person(id_at(row, 9)?), seq: seq_at(row, 10)?, prev: hash_at(row, 11)? },
    })
}
