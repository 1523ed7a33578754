//! Sealing: the heads of the chains that have grown become entries of the tree.

use sayso_ledger::{Frontier, Hash, Seal, TreeHead};
use sqlx::{Row, SqliteConnection};

use super::heads::{Heads, hash_at};
use super::leaves::place;
use crate::error::StoreError;
use crate::keys::{Keys, Use};

/// The tree as it was last stored.
pub(crate) struct StoredHead {
    pub(crate) head: TreeHead,
    pub(crate) frontier: Frontier,
    pub(crate) upto: i64,
}

/// Reads the last tree head and checks that it was made with our key.
pub(crate) async fn stored_head(connection: &mut SqliteConnection, keys: &Keys) -> Result<StoredHead, StoreError> {
    let row = sqlx::query("SELECT size, root, at, upto, peaks, mac FROM tree_head ORDER BY size DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        let frontier = Frontier::new();
        return Ok(StoredHead { head: frontier.head(), frontier, upto: 0 });
    };
    let damaged = || StoreError::Damaged("tree head");
    let size = u64::try_from(row.try_get::<i64, _>(0)?).map_err(|_| damaged())?;
    let head = TreeHead { size, root: hash_at(&row, 1)? };
    let (at, upto): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
    let peaks: &[u8] = row.try_get(4)?;
    let frontier = Frontier::from_stored(size, peaks).ok_or_else(damaged)?;
    let mac: &[u8] = row.try_get(5)?;
    if frontier.head() != head || tree_head_mac(keys, &head, at, upto, peaks) != mac {
        return Err(damaged());
    }
    Ok(StoredHead { head, frontier, upto })
}

/// A tree head is ours only with this.
pub(crate) fn tree_head_mac(keys: &Keys, head: &TreeHead, at: i64, upto: i64, peaks: &[u8]) -> [u8; 32] {
    let parts: [&[u8]; 5] =
        [&head.size.to_be_bytes(), head.root.as_bytes(), &at.to_be_bytes(), &upto.to_be_bytes(), peaks];
    keys.hash(Use::TreeHead, &parts)
}

/// Appends the heads of all chains that have grown. The time of a seal is that of the latest leaf: the store has no
/// clock.
pub(super) async fn seal(
    connection: &mut SqliteConnection,
    keys: &Keys,
    heads: &mut Heads,
) -> Result<TreeHead, StoreError> {
    if heads.unsealed.is_empty() {
        return Ok(heads.frontier.head());
    }
    let at_micros = heads.latest_at;
    let grown = std::mem::take(&mut heads.unsealed);
    for (chain, head) in grown {
        let n = place(heads.frontier.size())?;
        heads.frontier.append(&Seal { chain, head, at_micros }.bytes());
        sqlx::query("INSERT INTO seal (n, tag, chain_id, seq, hash, at) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(n)
            .bind(i64::from(chain.tag()))
            .bind(chain.id().to_vec())
            .bind(place(head.seq)?)
            .bind(bytes(&head.hash))
            .bind(at_micros)
            .execute(&mut *connection)
            .await?;
    }
    let head = heads.frontier.head();
    let peaks = heads.frontier.peaks();
    let mac = tree_head_mac(keys, &head, at_micros, heads.last_leaf, &peaks);
    sqlx::query("INSERT INTO tree_head (size, root, at, upto, peaks, mac) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(place(head.size)?)
        .bind(bytes(&head.root))
        .bind(at_micros)
        .bind(heads.last_leaf)
        .bind(peaks)
        .bind(mac.to_vec())
        .execute(connection)
        .await?;
    Ok(head)
}

fn bytes(hash: &Hash) -> Vec<u8> {
    hash.0.to_vec()
}
