//! Values of settings as people write them, and the rules for them: rates, storage classes, encryption.

use bytesize::ByteSize;

use crate::settings::ServerSideEncryption;

/// Why a value is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingError {
    /// Not a rate.
    #[error("use a size a second, such as 50MiB/s")]
    Rate,
    /// Not a size, or nothing.
    #[error("use a size, such as 500GiB")]
    Size,
    /// A rate of nothing.
    #[error("the rate must be more than 0")]
    NoRate,
    /// A storage class that nothing can be read from.
    #[error(
        "objects of this class cannot be read before they are thawed, so nothing could be \
         verified or restored; use STANDARD_IA or GLACIER_IR"
    )]
    FrozenStorageClass,
    /// A key for an encryption that takes none.
    #[error("AES256 has no key of the key management service")]
    KeyForS3Managed,
}

/// Bytes a second, such as `50MiB`, `50MiB/s` or `1GB/s`.
pub fn parse_rate(text: &str) -> Result<u64, SettingError> {
    let size = text.trim_end_matches("/s").trim();
    let bytes = size
        .parse::<ByteSize>()
        .map_err(|_| SettingError::Rate)?
        .as_u64();
    if bytes == 0 {
        return Err(SettingError::NoRate);
    }
    Ok(bytes)
}

/// Bytes, such as `500GiB` or `2TB`: more than none.
pub fn parse_size(text: &str) -> Result<u64, SettingError> {
    let size = text.trim().parse::<ByteSize>();
    let bytes = size.map_err(|_| SettingError::Size)?.as_u64();
    if bytes == 0 {
        return Err(SettingError::Size);
    }
    Ok(bytes)
}

/// A storage class whose objects can be read at once, as every verification and restore does.
pub fn parse_storage_class(text: &str) -> Result<String, SettingError> {
    if ["GLACIER", "DEEP_ARCHIVE"].contains(&text) {
        return Err(SettingError::FrozenStorageClass);
    }
    Ok(text.to_owned())
}

impl ServerSideEncryption {
    /// Joins the kind of encryption with a key's id, which only one kind takes.
    pub fn with_key(self, key_id: Option<String>) -> Result<Self, SettingError> {
        match (self, key_id) {
            (encryption, None) => Ok(encryption),
            (Self::KeyManagementService(_), key) => Ok(Self::KeyManagementService(key)),
            (Self::S3Managed, Some(_)) => Err(SettingError::KeyForS3Managed),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("50MiB/s", Some(50 << 20))]
    #[case("1GB", Some(1_000_000_000))]
    #[case("0", None)]
    #[case("fast", None)]
    fn a_rate_is_a_size_a_second(#[case] text: &str, #[case] expected: Option<u64>) {
        assert_eq!(parse_rate(text).ok(), expected);
    }

    #[rstest]
    #[case("500GiB", Some(500 << 30))]
    #[case(" 2TB ", Some(2_000_000_000_000))]
    #[case("0", None)]
    #[case("large", None)]
    fn a_size_is_more_than_nothing(#[case] text: &str, #[case] expected: Option<u64>) {
        assert_eq!(parse_size(text).ok(), expected);
    }

    #[rstest]
    #[case("STANDARD_IA", true)]
    #[case("GLACIER_IR", true)]
    #[case("GLACIER", false)]
    #[case("DEEP_ARCHIVE", false)]
    fn a_class_that_must_be_thawed_is_refused(#[case] class: &str, #[case] fine: bool) {
        assert_eq!(parse_storage_class(class).is_ok(), fine);
    }

    #[test]
    fn only_the_key_management_service_has_keys() {
        let key = || Some("key".to_owned());
        let kms = ServerSideEncryption::KeyManagementService(None);
        assert_eq!(
            kms.with_key(key()),
            Ok(ServerSideEncryption::KeyManagementService(key()))
        );
        let refused = ServerSideEncryption::S3Managed.with_key(key());
        assert_eq!(refused, Err(SettingError::KeyForS3Managed));
    }
}
