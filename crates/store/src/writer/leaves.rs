//! Leaves on their way to disk: encrypted before the writer sees them, linked by it, inserted many at a time.

use std::sync::{Arc, LazyLock};

use sayso_ledger::{Chain, Hash, Head, Kind, Leaf, Link, commitment};
use sayso_plan::{LeafId, OrganizationId, PersonId};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::heads::Heads;
use crate::error::StoreError;

/// A leaf with its ciphertext, without its places.
pub(crate) struct SealedLeaf {
    pub(crate) id: LeafId,
    pub(crate) at_micros: i64,
    pub(crate) kind: Kind,
    pub(crate) organization: OrganizationId,
    pub(crate) person: PersonId,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) commitment: Hash,
}

impl SealedLeaf {
    pub(crate) fn new(
        id: LeafId,
        at_micros: i64,
        kind: Kind,
        organization: OrganizationId,
        person: PersonId,
        ciphertext: Vec<u8>,
    ) -> Self {
        let commitment = commitment(&ciphertext);
        Self { id, at_micros, kind, organization, person, ciphertext, commitment }
    }
}

/// A leaf in its places, ready to insert.
pub(super) struct Linked {
    n: i64,
    leaf: Leaf,
    hash: Hash,
    ciphertext: Vec<u8>,
}

/// Gives the leaf its places, after which the chains have grown.
pub(super) async fn link(
    heads: &mut Heads,
    connection: &mut SqliteConnection,
    sealed: SealedLeaf,
) -> Result<Linked, StoreError> {
    let organization = Chain::Organization(*sealed.organization.as_bytes());
    let person = Chain::Person(*sealed.person.as_bytes());
    let leaf = Leaf {
        id: *sealed.id.as_bytes(),
        at_micros: sealed.at_micros,
        kind: sealed.kind,
        organization: next(organization, heads.head(connection, organization).await?),
        person: next(person, heads.head(connection, person).await?),
        commitment: sealed.commitment,
    };
    let hash = leaf.hash();
    heads.grow(organization, Head { seq: leaf.organization.seq, hash });
    heads.grow(person, Head { seq: leaf.person.seq, hash });
    heads.last_leaf += 1;
    heads.latest_at = heads.latest_at.max(sealed.at_micros);
    Ok(Linked { n: heads.last_leaf, leaf, hash, ciphertext: sealed.ciphertext })
}

const fn next(chain: Chain, head: Head) -> Link {
    Link { chain, seq: head.seq + 1, prev: head.hash }
}

const COLUMNS: &str = "INSERT INTO leaf (n, person_id, person_seq, person_prev, organization_id, organization_seq, \
                       organization_prev, id, at, kind, commitment, hash, ciphertext) VALUES ";
const ROW: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Row counts for which a statement is kept; any number is a sum of few of them.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];

static STATEMENTS: LazyLock<[Arc<str>; 4]> = LazyLock::new(|| CHUNKS.map(statement));

fn statement(rows: usize) -> Arc<str> {
    format!("{COLUMNS}{}", vec![ROW; rows].join(", ")).into()
}

/// Inserts all, in as few statements as the fixed sizes allow.
pub(super) async fn insert(connection: &mut SqliteConnection, leaves: &[Linked]) -> Result<(), StoreError> {
    let mut rest = leaves;
    for (size, sql) in CHUNKS.iter().zip(STATEMENTS.iter()) {
        while let Some((chunk, after)) = rest.split_at_checked(*size) {
            let mut query = sqlx::query(AssertSqlSafe(Arc::clone(sql)));
            for linked in chunk {
                query = bind(query, linked)?;
            }
            query.execute(&mut *connection).await?;
            rest = after;
        }
    }
    Ok(())
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn bind<'q>(query: Query<'q>, linked: &Linked) -> Result<Query<'q>, StoreError> {
    let leaf = &linked.leaf;
    Ok(query
        .bind(linked.n)
        .bind(leaf.person.chain.id().to_vec())
        .bind(place(leaf.person.seq)?)
        .bind(leaf.person.prev.0.to_vec())
        .bind(leaf.organization.chain.id().to_vec())
        .bind(place(leaf.organization.seq)?)
        .bind(leaf.organization.prev.0.to_vec())
        .bind(leaf.id.to_vec())
        .bind(leaf.at_micros)
        .bind(i64::from(leaf.kind.number()))
        .bind(leaf.commitment.0.to_vec())
        .bind(linked.hash.0.to_vec())
        .bind(linked.ciphertext.clone()))
}

pub(super) fn place(seq: u64) -> Result<i64, StoreError> {
    i64::try_from(seq).map_err(|_| StoreError::Damaged("place in a chain"))
}
