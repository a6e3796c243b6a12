//! Has the crate built anew when a migration is added: the macro that embeds them can't ask for that.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
