//! Queries whose conditions are only known when they are asked, with every value bound.

use std::fmt::Write;

use sqlx::{
    Any, AnyConnection, Arguments, AssertSqlSafe, Encode, Type,
    any::{AnyArguments, AnyRow},
};

/// A query that grows condition by condition. Only values come from outside, never SQL.
pub(crate) struct Select {
    sql: String,
    arguments: AnyArguments,
}

impl Select {
    /// A query that has its first condition, if only `WHERE TRUE`.
    pub(crate) fn new(sql: &'static str) -> Self {
        Self {
            sql: sql.to_owned(),
            arguments: AnyArguments::default(),
        }
    }

    /// Narrows the query to rows where `condition`, such as `asset =`, holds for the value.
    pub(crate) fn and<T>(
        mut self,
        condition: &'static str,
        value: Option<T>,
    ) -> Result<Self, sqlx::Error>
    where
        T: for<'value> Encode<'value, Any> + Type<Any>,
    {
        if let Some(value) = value {
            self.push(&format!(" AND {condition} "), value)?;
        }
        Ok(self)
    }

    pub(crate) fn also(mut self, condition: &'static str) -> Self {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self
    }

    /// The first `limit` rows in an order.
    pub(crate) async fn fetch(
        mut self,
        connection: &mut AnyConnection,
        order: &'static str,
        limit: u32,
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        self.push(&format!(" ORDER BY {order} LIMIT "), i64::from(limit))?;
        sqlx::query_with(AssertSqlSafe(self.sql), self.arguments)
            .fetch_all(connection)
            .await
    }

    fn push<T>(&mut self, sql: &str, value: T) -> Result<(), sqlx::Error>
    where
        T: for<'value> Encode<'value, Any> + Type<Any>,
    {
        self.arguments.add(value).map_err(sqlx::Error::Encode)?;
        self.sql.push_str(sql);
        write!(self.sql, "${}", self.arguments.len())
            .map_err(|error| sqlx::Error::Encode(error.into()))
    }
}
