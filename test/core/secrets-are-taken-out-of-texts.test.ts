import { expect } from "chai";
import { Redactor } from "../../src/core/redaction.ts";

const redactor = new Redactor();

// Made up, and put together here, so that nobody who looks for secrets in this repository finds one.
const JWT = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NSJ9", "c2lnbmF0dXJl"].join(".");
const made = (prefix: string, length: number): string =>
  prefix + "a1B2c3D4e5F6g7H8".repeat(5).slice(0, length);
const PEM = `-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----`;

/** JSON within JSON, and so on. */
function nested(depth: number, password = "hunter2"): string {
  let text = JSON.stringify({ password, a: 1 });
  for (let level = 1; level < depth; level++) text = JSON.stringify({ of: text });
  return text;
}

/** What stands in a text, and what is left of it. */
const SECRETS: readonly (readonly [text: string, left: string])[] = [
  ["Authorization: Bearer abc.def-123", "Authorization: Bearer REDACTED"],
  ["bearer%20abcdef123", "bearer%20REDACTED"],
  ["used Basic dXNlcjpwYXNz for it", "used Basic REDACTED for it"],
  [`got ${JWT}, expired`, "got REDACTED, expired"],
  [
    `before ${PEM} after`,
    "before -----BEGIN RSA PRIVATE KEY-----REDACTED-----END RSA PRIVATE KEY----- after",
  ],
  ["-----BEGIN PRIVATE KEY-----\nMIIEow", "-----BEGIN PRIVATE KEY-----REDACTED"],
  ["https://ann:pa55@shop.test/a?b=1", "https://REDACTED:REDACTED@shop.test/a?b=1"],
  ["https://ann:p@ss@shop.test/", "https://REDACTED:REDACTED@shop.test/"],
  ["connect to redis://:pa55@cache:6379 failed", "connect to redis://REDACTED:REDACTED@cache:6379 failed"],
  ["https://sometoken@git.test/r.git", "https://REDACTED@git.test/r.git"],
  [
    "https://b.test/o?X-Amz-Signature=0a1b&color=blue",
    "https://b.test/o?X-Amz-Signature=REDACTED&color=blue",
  ],
  ["/o?sv=2024&sig=a%2Fb%3D&se=1", "/o?sv=2024&sig=REDACTED&se=1"],
  ["q=1&access_token=abc", "q=1&access_token=REDACTED"],
  ["/cb?next=%2Fa%3Ftoken%3Dabc%26page%3D2", "/cb?next=%2Fa%3Ftoken%3DREDACTED%26page%3D2"],
  ["?password=my%20pass%26x&page=1", "?password=REDACTED&page=1"],
  ["login failed (password=hunter2).", "login failed (password=REDACTED)."],
  ["Server=db;User=ann;Password=a,b@c;Timeout=5", "Server=db;User=ann;Password=REDACTED;Timeout=5"],
  ['{"user":"ann","password":"a\\"b","age":5}', '{"user":"ann","password":"REDACTED","age":5}'],
  [String.raw`{\"token\":\"abc\",\"a\":1}`, String.raw`{\"token\":\"REDACTED\",\"a\":1}`],
  ["{ apiKey: 'abc', retries: 3 }", "{ apiKey: 'REDACTED', retries: 3 }"],
  ["UPDATE u SET password = 'my pass' WHERE id = 3", "UPDATE u SET password = 'REDACTED' WHERE id = 3"],
  ["Cookie: a=b; c=d\r\nAccept: */*", "Cookie: REDACTED\r\nAccept: */*"],
  ["x-api-key: 12345678", "x-api-key: REDACTED"],
  ["authorization=Bearer abcd&x=1", "authorization=REDACTED&x=1"],
  ["Authorization: Token 9944b09199c6", "Authorization: Token REDACTED"],
  ["Authorization: ApiKey 9944b091", "Authorization: ApiKey REDACTED"],
  [
    "curl -H 'Authorization: Bearer abc123' https://a.test",
    "curl -H 'Authorization: Bearer REDACTED' https://a.test",
  ],
  ['Authorization: Digest username="ann", response="6629"', "Authorization: REDACTED"],
  [nested(3), nested(3, "REDACTED")],
  [nested(4), nested(4, "REDACTED")],
  ["user: ann\npassword: correct-horse\nport: 5", "user: ann\npassword: REDACTED\nport: 5"],
  ["password: hunter2", "password: REDACTED"],
  ["db_password = hunter2", "db_password = REDACTED"],
  ['{"cvv":123,"ssn":123456789}', '{"cvv":REDACTED,"ssn":REDACTED}'],
  ['{"password":123456}', '{"password":REDACTED}'],
  ['{"password":["hunter2", "b]c"],"a":[1]}', '{"password":["REDACTED"],"a":[1]}'],
  ["{ token: [ 'hunter2' ] }", "{ token: [ 'REDACTED' ] }"],
  ['<user id="1"><password>hunter2</password></user>', '<user id="1"><password>REDACTED</password></user>'],
  ["run --db.password hunter2", "run --db.password REDACTED"],
  ["at postgres%3A%2F%2Fann%3Ahunter2%40db?a=1", "at REDACTED?a=1"],
  ["/?f=%7B%22password%22%3A%22hunter2%22%7D&a=1", "/?f=REDACTED&a=1"],
  ["/?next=%2Fcb%253Ftoken%253Dhunter2&a=1", "/?next=REDACTED&a=1"],
  ["?x_signature=abc&session_id=abc", "?x_signature=REDACTED&session_id=REDACTED"],
  ["?pass=hunter2&user=1", "?pass=REDACTED&user=1"],
  ["node app.js --password hunter2 --port 80", "node app.js --password REDACTED --port 80"],
  ["node app.js --api-key=abc", "node app.js --api-key=REDACTED"],
  [`key ${made("AKIA", 0)}ABCDEFGHIJKLMNOP.`, "key REDACTED."],
  [made("ghp_", 36), "REDACTED"],
  [made("github_pat_", 40), "REDACTED"],
  [made("glpat-", 20), "REDACTED"],
  [made("xoxb-", 30), "REDACTED"],
  [made("sk_live_", 24), "REDACTED"],
  [made("AIza", 35), "REDACTED"],
  [made("npm_", 36), "REDACTED"],
  [made("sk-", 48), "REDACTED"],
  [made("hf_", 34), "REDACTED"],
  [made("ya29.", 40), "REDACTED"],
  [`${made("SG.", 22)}.${made("", 43)}`, "REDACTED"],
  ["paid with 4111111111111111", "paid with REDACTED"],
  ["4111 1111 1111 1111", "REDACTED"],
  ["5555-5555-5555-4444", "REDACTED"],
  ["3782 822463 10005", "REDACTED"],
  ["/cards/6011111111111117/charge", "/cards/REDACTED/charge"],
];

const HARMLESS = [
  "",
  "GET",
  "GET /users/:id",
  "https://shop.test/api/orders/17?page=2&sort=price",
  "https://shop.test:8080/@scope/package",
  "ssh://git@git.test/r.git",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
  "password: must have 8 characters",
  "Invalid token: unexpected end of input",
  "Error: connect ECONNREFUSED 127.0.0.1:5432",
  "    at charge (file:///app/src/token.ts:12:34)",
  "SELECT id FROM tokens WHERE token = $1 AND password=$2 AND a=?",
  "Basic authentication failed",
  "bearer certificates are not supported",
  'WWW-Authenticate: Bearer realm="example"',
  "the key is 5 = five",
  "max_tokens=100",
  "token_type=bearer",
  "token=&page=1",
  "password=null",
  "password=${PASSWORD}",
  '{"password":"***"}',
  "sk-loading-indicator-of-some-length",
  "at 1718900000000, id 1234567890123456, span 00f067aa0ba902b7",
  "4bf92f3577b34da6a3ce929d0e0e4736",
  "4111111111111112",
  "order-4111111111111111",
  "0.4111111111111111",
  "ab4111111111111111",
  "12345678-4111-1111-1111-111111111111",
  "2026-11-30T21:12:27.000Z",
  "eyJ is how JSON begins",
  "-----BEGIN CERTIFICATE-----\nMIIEow\n-----END CERTIFICATE-----",
  "a@b.test",
  "invalid cookie: session expired for user 42, sign in again",
  "authorization: user 42 is not allowed",
  "password: Required",
  "request had no bearer credentials.",
  "we use bearer token-based auth",
  'Bearer resource_metadata="https://mcp.test/.well-known"',
  "if (token===undefined) throw",
  "if (token == null) throw",
  "SELECT * FROM t WHERE token=t2.token AND x=1",
  "token=@p1 AND jwt=:jwt AND api_key=%(key)s AND token=#{x}",
  "UPDATE u SET password=DEFAULT",
  "SET password=crypt($1, gen_salt('bf'))",
  "const token = await getToken()",
  "Unexpected token: '<' at line 1",
  "PWD=/app",
  "sig=SIGTERM received",
  '{"token":52,"token_index":[1,2]}',
  "{ token: [Function], password: [Object] }",
  "redis-token:6379",
  "<password></password>",
  "100%25 of %22quoted%22",
];

describe("a text", () => {
  for (const [text, left] of SECRETS) {
    it(`loses its secrets alone: ${JSON.stringify(text.slice(0, 60))}`, () => {
      expect(redactor.text(text)).to.equal(left);
      expect(redactor.text(left), "a second time").to.equal(left);
    });
  }

  for (const text of HARMLESS)
    it(`without any stays: ${JSON.stringify(text.slice(0, 60))}`, () =>
      expect(redactor.text(text)).to.equal(text));

  it("loses each of many secrets", () => {
    // But for a key that is cut: all after it might be its.
    const whole = SECRETS.filter(([text]) => !text.startsWith("-----BEGIN"));
    const all = whole.map(([text]) => text).join("\n");
    expect(redactor.text(all)).to.equal(whole.map(([, left]) => left).join("\n"));
  });

  it("that is cut anywhere loses what is like a secret, and never fails", () => {
    const all = SECRETS.map(([text]) => text).join("\n");
    for (let end = 0; end < all.length; end += 7) expect(redactor.text(all.slice(end))).to.be.a("string");
  });

  it("of 64 KB takes at most 50 ms, whatever is in it", () => {
    const parts = SECRETS.flatMap(([text]) => [text, text.slice(0, 8), text.slice(-8), text.slice(0, -1)]);
    const hostile = [
      "a",
      "=",
      ":",
      "@",
      '"',
      "'",
      "\\",
      "-",
      "%",
      "{",
      "1",
      ".",
      "eyJ",
      "eyJaaaaa.",
      "://a:",
      "--token ",
      '--token "',
      "bearer ",
      "%3D",
      "token%3D",
      "token:'\\'",
      'token="\\',
      '\\"token\\":\\"',
      "token: 1",
      "cookie: ",
      "password=)",
      "4111 ",
      "sk-a",
      "SG.aaaaaaaaaaaaaaaaa",
      "-----BEGIN PRIVATE KEY-----",
      "token: [",
      "token:['",
      'token:[\\"',
      "<token ",
      "<token>",
      "%2525",
      "%22",
      "password: ",
      "\npassword: a",
      "authorization: token ",
    ];
    const slow = [...parts, ...hostile].filter((part) => {
      const text = part.repeat(65_536 / part.length + 1).slice(0, 65_536);
      const times = [1, 2, 3].map(() => {
        const began = performance.now();
        redactor.text(text);
        return performance.now() - began;
      });
      return Math.min(...times) > 50;
    });
    expect(slow).to.deep.equal([]);
  }).timeout(20_000);

  it("takes time by its length, however many names are in it", () => {
    const slow = [
      (index: number) => `"user_${index}":"v${index}",`,
      (index: number) => `p${index}=v&`,
      (index: number) => `a${index}=`,
    ].filter((one) => {
      const text = Array.from({ length: 100_000 }, (_, index) => one(index)).join("");
      const times = [1, 2, 3].map(() => {
        const began = performance.now();
        redactor.text(text);
        return performance.now() - began;
      });
      return Math.min(...times) > 110;
    });
    expect(slow).to.have.length(0);
  });

  it("that is too long for a pattern is taken out whole, and not let through", () => {
    const text = `password="${"a".repeat(40_000_000)}`;
    expect(redactor.text(text)).to.match(/^(REDACTED|password="REDACTED)$/);
  }).timeout(20_000);
});
