use super::*;

#[test]
fn the_table_is_sorted_so_that_find_finds_every_file() {
    for asset in FILES {
        assert!(find(asset.path).is_some_and(|found| std::ptr::eq(found, asset)), "{}", asset.path);
    }
    assert!(find("app.css/").is_none());
    assert!(find("../Cargo.toml").is_none());
}
