//! The certificates of a control plane: a certificate authority, a server, and any user.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// How long before and after today certificates are valid: programs under test run with other
/// clocks.
const YEARS_BEFORE: i32 = 10;
const YEARS_AFTER: i32 = 20;

/// A certificate authority that signs what a control plane needs, into its folder.
pub(crate) struct Authority {
    folder: PathBuf,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// The files of a certificate and its key, PEM.
pub(crate) struct Signed {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Authority {
    pub(crate) fn new(folder: &Path) -> Self {
        let mut parameters = parameters("lifeboat-testkit", None, Vec::new());
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(parameters, new_key())
            .unwrap_or_else(|error| panic!("failed to make a certificate authority: {error}"));
        let authority = Self {
            folder: folder.to_owned(),
            issuer,
        };
        write(&authority.certificate(), &authority.pem());
        authority
    }

    /// The authority's own certificate, a file.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("ca.crt")
    }

    /// The authority's own certificate, PEM.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for a server on loopback.
    pub(crate) fn server(&self) -> Signed {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut parameters = parameters("kube-apiserver", None, names);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign("kube-apiserver", &parameters)
    }

    /// A certificate that makes whoever holds it a user, and a member of a group if one is named.
    pub(crate) fn user(&self, name: &str, group: Option<&str>) -> Signed {
        let mut parameters = parameters(name, group, Vec::new());
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(
            &format!("user-{}", name.replace([':', '/'], "-")),
            &parameters,
        )
    }

    fn sign(&self, file: &str, parameters: &CertificateParams) -> Signed {
        let key = new_key();
        let certificate = parameters
            .signed_by(&key, &self.issuer)
            .unwrap_or_else(|error| panic!("failed to sign the certificate {file}: {error}"));
        let signed = Signed {
            certificate: self.folder.join(format!("{file}.crt")),
            key: self.folder.join(format!("{file}.key")),
        };
        write(&signed.certificate, &certificate.pem());
        write(&signed.key, &key.serialize_pem());
        signed
    }
}

/// The private and the public half of a new key, PEM files `<name>.key` and `<name>.pub`.
pub(crate) fn write_key_pair(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let key = new_key();
    let [private, public] = ["key", "pub"].map(|kind| folder.join(format!("{name}.{kind}")));
    write(&private, &key.serialize_pem());
    write(&public, &key.public_key_pem());
    (private, public)
}

fn new_key() -> KeyPair {
    KeyPair::generate().unwrap_or_else(|error| panic!("failed to make a key: {error}"))
}

fn parameters(name: &str, group: Option<&str>, names: Vec<String>) -> CertificateParams {
    let mut parameters = CertificateParams::new(names)
        .unwrap_or_else(|error| panic!("no certificate can have the names of {name}: {error}"));
    let year = i32::from(Timestamp::now().to_zoned(TimeZone::UTC).year());
    parameters.not_before = date_time_ymd(year - YEARS_BEFORE, 1, 1);
    parameters.not_after = date_time_ymd(year + YEARS_AFTER, 1, 1);
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        parameters
            .distinguished_name
            .push(DnType::OrganizationName, group);
    }
    parameters
}

fn write(path: &Path, text: &str) {
    fs::write(path, text)
        .unwrap_or_else(|error| panic!("failed to write {}: {error}", path.display()));
}
