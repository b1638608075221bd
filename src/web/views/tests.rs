use super::*;

#[test]
fn links_are_found_where_japanese_text_goes_on_without_a_space() {
    let body = "こちらhttps://example.jp/a?b=1です。次は http://x.jp/. <b>";
    let links: Vec<_> = pieces(body)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Link(link) => Some(link),
            Piece::Text(_) => None,
        })
        .collect();
    assert_eq!(links, ["https://example.jp/a?b=1", "http://x.jp/"]);
}

#[test]
fn pieces_joined_are_the_body() {
    for body in
        ["", "http", "https://", "xhttps://a", "http://a(b)", "httphttp://q", "終わり https://e.jp"]
    {
        let joined: String = pieces(body)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) | Piece::Link(text) => text,
            })
            .collect();
        assert_eq!(joined, body);
    }
}
