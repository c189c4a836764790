//! Prints which programs and versions the tests before this one have run. It tests nothing itself: it has a
//! main function of its own so that its lines come at the end, outside the test runner's capture.

use acceptance_tests::cli::NAMES;
use acceptance_tests::programs;

#[allow(clippy::print_stdout)]
fn main() -> std::io::Result<()> {
    let lines = programs::report()?;
    println!("\nPrograms that the acceptance tests ran with:");
    for name in NAMES {
        if !lines.iter().any(|line| line.starts_with(name)) {
            println!("  {name}: not tested, it is not on the PATH");
        }
    }
    for line in lines {
        println!("  {line}");
    }
    Ok(())
}
