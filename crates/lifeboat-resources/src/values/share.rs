//! Shares that are to be kept, such as `99.9%`.

use lifeboat_core::slo::Ratio;

use super::Written;
use crate::custom_resources::Validation;

impl Written for Ratio {
    const TITLE: &'static str = "share";
    const EXPECTED: &'static str = "a percentage above 0% and below 100%, such as 99% or 99.9%";
    const LONGEST: usize = 20;
    const VALIDATIONS: &'static [Validation] = &[Validation::fixed(
        r"self.matches(r'^\s*0*[0-9]{1,2}([.][0-9]{1,4})?\s*%\s*$') && self.matches('[1-9]')",
        "this is no share that could be kept: use a percentage above 0% and below 100%, such as 99% \
         or 99.9%",
    )
    .telling(
        "\"'\" + self + \"' is no share that could be kept: use a percentage above 0% and below 100%, \
         such as 99% or 99.9%\"",
    )];

    fn read(text: &str) -> Result<Self, String> {
        // Of all there is, nothing may fail: such an error budget is used up before it begins.
        Self::parse_percentage(text)
            .filter(|ratio| ratio.parts_per_million() > 0 && ratio.rest().parts_per_million() > 0)
            .ok_or_else(|| format!("'{text}' is no share that could be kept"))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("99.9%", Ok("99.9%"))]
    #[case(" 99.50 %", Ok("99.5%"))]
    #[case("0.0001%", Ok("0.0001%"))]
    #[case("099%", Ok("99%"))]
    #[case("0%", Err("'0%' is no share that could be kept"))]
    #[case("100%", Err("'100%' is no share that could be kept"))]
    #[case("0.999", Err("'0.999' is no share that could be kept"))]
    #[case("most", Err("'most' is no share that could be kept"))]
    fn a_share_reads_back_as_it_is_written(
        #[case] text: &str,
        #[case] written: Result<&str, &str>,
    ) {
        let read = Ratio::read(text).map(|ratio| ratio.write());
        let expected = written.map(ToOwned::to_owned);
        assert_eq!(read, expected.map_err(ToOwned::to_owned));
    }
}
