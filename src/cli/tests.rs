use clap::CommandFactory;
use clap::error::ErrorKind;

use super::*;

fn parse(line: &str) -> Result<Command, clap::Error> {
    Cli::try_parse_from(line.split_whitespace()).map(Cli::command)
}

#[test]
fn the_definitions_are_consistent() {
    <Cli as CommandFactory>::command().debug_assert();
}

#[test]
fn the_commands_of_the_contract_are_understood() {
    let id = "019a9b3c-0000-7000-8000-000000000001";
    for line in [
        "henji serve",
        "henji init --organization A --admin-email a@b --admin-name N --admin-password-stdin \
         --inbox Main --provider simulator --sender +815012345678 --json",
        &format!(
            "henji provider add twilio --inbox {id} --sender +815012345678 \
                  --set account_sid=AC1 --set region=jp1 --secret-stdin --json"
        ),
        "henji user add a@b --name N --role supervisor --password-stdin",
        "henji user disable a@b",
        "henji token add crm --scope messages:send --scope events:read",
        "henji token add crm --scope messages:send events:read",
        "henji demo --messages 1000000 --seed 7",
        "henji doctor --json",
        "henji audit verify",
        "henji bench ingest fanout",
        "henji torture --minutes 0.5 --seed 7",
        "henji torture --database-url postgres://u@h/d --nats-url nats://h",
    ] {
        parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn without_a_command_henji_serves() {
    assert!(matches!(parse("henji"), Ok(Command::Serve(_))));
}

#[test]
fn settings_of_an_account_keep_what_follows_the_first_equals_sign() {
    let line = "henji provider add twilio --inbox 019a9b3c-0000-7000-8000-000000000001 \
                --sender 1 --set a=b=c --set d=";
    let Ok(Command::Provider(Provider::Add(add))) = parse(line) else { panic!("{line}") };
    let expected = [("a", "b=c"), ("d", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    assert_eq!(add.settings, expected);
}

#[test]
fn several_scopes_may_follow_one_option() {
    let Ok(Command::Token(Token::Add(add))) = parse("henji token add n --scope simulator admin")
    else {
        panic!("not a token")
    };
    assert_eq!(add.scopes, ["simulator", "admin"]);
}

#[test]
fn what_is_missing_or_unknown_is_refused() {
    for (line, kind) in [
        ("henji sreve", ErrorKind::InvalidSubcommand),
        ("henji token add crm", ErrorKind::MissingRequiredArgument),
        ("henji token add crm --scope messages:delete", ErrorKind::InvalidValue),
        ("henji user add a@b --name N --role boss --password-stdin", ErrorKind::ValueValidation),
        ("henji user add a@b --name N --role agent", ErrorKind::MissingRequiredArgument),
        ("henji user add a@b --password x", ErrorKind::UnknownArgument),
        ("henji bench", ErrorKind::MissingRequiredArgument),
        ("henji demo --messages 0", ErrorKind::ValueValidation),
    ] {
        assert_eq!(parse(line).unwrap_err().kind(), kind, "{line}");
    }
}
