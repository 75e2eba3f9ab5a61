//! Trains and judges the classification (docs/classification.md).
//!
//! `cargo run -p dispatch-core --example statements -- train` writes data/model.bin; `cross` judges by
//! cross-validation on the train split, `held-out` by the held-out split, `file PATH` by statements that are kept
//! outside the project; `misses` after one of these lists what was wrong.

use std::error::Error;
use std::path::{Path, PathBuf};

use dispatch_core::classification::{
    Classifier, Lexicon, Model, Split, Statement, Verdict, judge, read_statements, train,
};
use dispatch_core::policy::Rules;

/// Parts of the cross-validation.
const PARTS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let statements = read_statements(&read("data/statements.tsv")?)?;
    let of = |split| statements.iter().filter(|one| one.split == split).cloned().collect::<Vec<_>>();
    let verdict = match asked.first().map(String::as_str) {
        Some("train") => return write_model(&of(Split::Train)),
        Some("cross") => cross_validate(&of(Split::Train))?,
        Some("held-out") => judge_by(&of(Split::HeldOut))?,
        Some("file") => {
            let file = asked.get(1).ok_or("which file?")?;
            judge_by(&read_statements(&std::fs::read_to_string(file)?)?)?
        }
        _ => return Err("train, cross, held-out or file?".into()),
    };
    println!("{verdict}");
    if asked.iter().any(|word| word == "misses") {
        println!("{}", verdict.misses.join("\n"));
    }
    println!("danger to life missed: {:#?}", verdict.dangers_missed);
    Ok(())
}

/// A file of this crate.
fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn read(file: &str) -> Result<String, std::io::Error> {
    std::fs::read_to_string(path(file))
}

fn judge_by(statements: &[Statement]) -> Result<Verdict, Box<dyn Error>> {
    let model = Model::from_bytes(&std::fs::read(path("data/model.bin"))?)?;
    let classifier = Classifier::new(Lexicon::from_json(&read("policy/lexicon.json")?)?, model)?;
    Ok(judge(&classifier, &Rules::default_rules()?, statements))
}

fn write_model(statements: &[Statement]) -> Result<(), Box<dyn Error>> {
    let bytes =
        train(Lexicon::from_json(&read("policy/lexicon.json")?)?, &Rules::default_rules()?, statements)?
            .to_bytes();
    std::fs::write(path("data/model.bin"), &bytes)?;
    println!("{} bytes from {} statements", bytes.len(), statements.len());
    Ok(())
}

fn cross_validate(statements: &[Statement]) -> Result<Verdict, Box<dyn Error>> {
    let (lexicon, rules) = (Lexicon::from_json(&read("policy/lexicon.json")?)?, Rules::default_rules()?);
    let mut verdict = Verdict::default();
    for part in 0..PARTS {
        let (held, rest): (Vec<_>, Vec<_>) =
            statements.iter().cloned().enumerate().partition(|(place, _)| place % PARTS == part);
        let rest: Vec<_> = rest.into_iter().map(|(_, one)| one).collect();
        let classifier = Classifier::new(lexicon.clone(), train(lexicon.clone(), &rules, &rest)?)?;
        verdict.merge(&judge(&classifier, &rules, held.iter().map(|(_, one)| one)));
    }
    Ok(verdict)
}
