//! The account of somebody who supports persons is changed, or ends, by their own hand.

use sayso_plan::AccountId;
use sqlx::Row;
use zeroize::Zeroizing;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::Use;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::store::{Store, no_person};
use crate::supporters::account_place;
use crate::writer::{Order, Record};

impl Store {
    /// The password hash of an account, to compare with before it is changed.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where it does not open.
    pub async fn supporter_password(&self, account: AccountId) -> Result<Option<Zeroizing<String>>, StoreError> {
        let row = sqlx::query("SELECT name_hash, password FROM supporter_account WHERE id = ?")
            .bind(account.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let name = <[u8; 32]>::try_from(row.try_get::<&[u8], _>(0)?).map_err(|_| StoreError::Damaged("account"))?;
        let place = account_place(account.as_bytes(), &name);
        let plain = self.data_key(no_person()).await?.open(place, row.try_get(1)?)?;
        let text = std::str::from_utf8(&plain).map_err(|_| StoreError::Damaged("account"))?;
        Ok(Some(Zeroizing::new(text.to_owned())))
    }

    /// Gives an account that is there another name and password; all its sessions end with that.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the name is another one's, or there is no such account; the writer's own failures.
    pub async fn change_supporter_account(
        &self,
        account: AccountId,
        name: &str,
        password_hash: &str,
        leaf: NewLeaf,
    ) -> Result<Receipt, StoreError> {
        let name = self.keys().hash(Use::LoginName, &[name.as_bytes()]);
        let key = self.data_key(no_person()).await?;
        let password = key.seal(account_place(account.as_bytes(), &name), password_hash.as_bytes())?;
        let order = Order { first: Some(self.seal_leaf(None, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                let id = account.as_bytes().to_vec();
                let taken = "SELECT 1 FROM account WHERE name_hash = ?1 \
                             UNION ALL SELECT 1 FROM supporter_account WHERE name_hash = ?1 AND id <> ?2";
                let taken = sqlx::query(taken).bind(name.to_vec()).bind(id.clone());
                if taken.fetch_optional(&mut *connection).await?.is_some() {
                    return Err(StoreError::Conflict.into());
                }
                let done = sqlx::query("UPDATE supporter_account SET name_hash = ?, password = ? WHERE id = ?")
                    .bind(name.to_vec())
                    .bind(password)
                    .bind(id.clone())
                    .execute(&mut *connection)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::Conflict.into());
                }
                sqlx::query("DELETE FROM supporter_session WHERE account_id = ?").bind(id).execute(connection).await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// Ends an account: nobody signs in by it any more, and it has to ask nowhere.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn end_supporter_account(&self, account: AccountId, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let order = Order { first: Some(self.seal_leaf(None, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                for rows in [
                    "DELETE FROM supporter_session WHERE account_id = ?",
                    "DELETE FROM supporting WHERE account_id = ?",
                    "DELETE FROM supporter_account WHERE id = ?",
                ] {
                    sqlx::query(rows).bind(account.as_bytes().to_vec()).execute(&mut *connection).await?;
                }
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }
}
