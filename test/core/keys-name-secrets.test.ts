import { expect } from "chai";
import {
  hasOneOf,
  namesSecret,
  namesSecretNumber,
  namesSecretParameter,
  wordsOf,
} from "../../src/core/sensitive-keys.ts";

/** Keys of the semantic conventions, of their 1,100 those that have a word, or the like of one, that names a secret elsewhere. */
const STANDARD = [
  "aspnetcore.authentication.result",
  "aspnetcore.authentication.scheme",
  "aspnetcore.authorization.policy",
  "aspnetcore.authorization.result",
  "aspnetcore.identity.password_check_result",
  "aspnetcore.identity.sign_in.result",
  "aspnetcore.identity.sign_in.type",
  "aspnetcore.identity.token_purpose",
  "aspnetcore.identity.token_verified",
  "aspnetcore.sign_in.is_persistent",
  "aspnetcore.user.is_authenticated",
  "aws.s3.key",
  "aws.secretsmanager.secret.arn",
  "azure.cosmosdb.connection.mode",
  "code.function.name",
  "db.client.connection.pool.name",
  "db.client.connection.state",
  "db.client.connections.pool.name",
  "db.client.connections.state",
  "db.cosmosdb.connection_mode",
  "db.jdbc.driver_classname",
  "db.query.parameter.0",
  "db.query.text",
  "enduser.id",
  "exception.message",
  "exception.stacktrace",
  "feature_flag.key",
  "gen_ai.request.max_tokens",
  "gen_ai.token.type",
  "gen_ai.usage.cache_creation.input_tokens",
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.completion_tokens",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.reasoning.output_tokens",
  "http.connection.state",
  "http.request.header.content-type",
  "http.route",
  "k8s.pod.name",
  "mcp.session.id",
  "messaging.gcp_pubsub.message.ordering_key",
  "messaging.kafka.message.key",
  "messaging.message.id",
  "messaging.rabbitmq.destination.routing_key",
  "messaging.rocketmq.message.keys",
  "network.peer.address",
  "process.command_args",
  "process.session_leader.pid",
  "session.id",
  "session.previous_id",
  "signalr.connection.status",
  "signalr.transport",
  "tls.client.certificate",
  "tls.client.certificate_chain",
  "tls.server.certificate",
  "tls.server.certificate_chain",
  "url.full",
  "url.query",
  "user.id",
  "user_agent.original",
];

const SECRETS = [
  "password",
  "db.password",
  "dbPassword",
  "DB_PASSWORD",
  "dbpassword",
  "user.password.hash",
  "passwd",
  "client_secret",
  "clientSecret",
  "aws.secret_access_key",
  "token",
  "accessToken",
  "access_token",
  "password.reset.token",
  "authorization",
  "http.request.header.authorization",
  "http.request.header.proxy-authorization",
  "http.request.header.cookie",
  "http.response.header.set-cookie",
  "http.request.header.x-api-key",
  "X-API-KEY",
  "APIKey",
  "apikey",
  "api_key",
  "privateKey",
  "credentials",
  "user.credential",
  "jwt",
  "JWTToken",
  "x-csrf-token",
  "csrf",
  "xsrf",
  "user.ssn",
  "credit_card",
  "creditCardNumber",
  "card.number",
  "cvv",
  "db.connection_string",
  "connectionString",
  "PHPSESSID",
  "connect.sid",
  "db.query.parameter.password",
  "password1",
  "new_password1",
  "passwords",
  "pass",
  "smtp.pass",
  "DB_PASS",
  "dbpwd",
  "secretkey",
  "secretKeys",
  "APIkey",
  "apiKey2",
  "x-api-keys",
  "token1",
  "otp",
  "cvv2",
];

const HARMLESS = [
  "author",
  "author.name",
  "authenticated",
  "oauth.scope",
  "keyboard",
  "key",
  "sort.key",
  "partition_key",
  "public_key_id",
  "monkey",
  "session.id",
  "sessionId",
  "tokens",
  "llm.token_count.prompt",
  "max_tokens",
  "gen_ai.response.time_to_first_token",
  "token.type",
  "token_expires",
  "secret.arn",
  "secret.name",
  "password.policy",
  "cookie.domain",
  "credit_card.type",
  "card",
  "discard",
  "passenger",
  "compass",
  "secretary.name",
  "tokenizer",
  "payment.method",
  "function.signature",
  "gen_ai.inter_token_latency_ms",
  "token.budget",
  "token_index",
  "token.cost",
  "token_rate",
  "token_bucket",
  "token.symbol",
  "credit_card.last4",
  "credit_card.brand",
  "jwt.sub",
  "jwt.kid",
  "password_changed_at",
  "password_strength",
  "authorization.decision",
  "authorization.duration_ms",
  "cookie.consent",
  "page_token",
  "nextPageToken",
  "continuation.token",
  "pass.through",
  "boarding_pass",
  "pass_rate",
  "",
  "…",
];

describe("a key", () => {
  for (const key of SECRETS) it(`names a secret: ${key}`, () => expect(namesSecret(key)).to.equal(true));

  for (const key of HARMLESS)
    it(`names none: ${JSON.stringify(key)}`, () => expect(namesSecret(key)).to.equal(false));

  it("of the semantic conventions names none, but for a connection string", () => {
    expect(STANDARD.filter((key) => namesSecret(key))).to.deep.equal([]);
    expect(namesSecret("db.connection_string")).to.equal(true);
  });

  it("is words, however it is written", () => {
    for (const key of ["x-api-key", "x.api_key", "xApiKey", "X API KEY", "XApiKey", "X-Api-Key"])
      expect(wordsOf(key)).to.deep.equal(["x", "api", "key"]);
  });

  it("names a secret where it has the words that somebody adds, wherever they stand", () => {
    const more = [wordsOf("card holder"), wordsOf("e-mail")];
    for (const key of ["card.holder", "cardHolder.name", "user.e_mail.count"])
      expect(hasOneOf(key, more)).to.equal(true);
    for (const key of ["card.other.holder", "mail", "holder"]) expect(hasOneOf(key, more)).to.equal(false);
    expect(hasOneOf("anything", [wordsOf("…")])).to.equal(false);
    expect(hasOneOf("клиент.Пароль", [wordsOf("пароль")])).to.equal(true);
  });

  it("is a secret as a parameter of a URL where as an attribute it is none", () => {
    for (const name of ["sig", "Signature", "sid", "sessionid", "session_id", "session-id", "x_signature"])
      expect([namesSecret(name), namesSecretParameter(name)]).to.deep.equal([false, true]);
    for (const name of ["page", "session.id", "design", "signal"])
      expect(namesSecretParameter(name)).to.equal(false);
  });

  it("of what is counted or measured is none of a number", () => {
    for (const key of ["password", "cvv2", "user.ssn", "card_number", "pwd", "otp", "userpassword"])
      expect(namesSecretNumber(key)).to.equal(true);
    for (const key of ["token", "cookie", "csrf", "authorization", "secret", "api_key", "tests.pass", "page"])
      expect(namesSecretNumber(key)).to.equal(false);
  });

  it("of any length is judged in time", () => {
    const began = performance.now();
    for (const part of ["a", "A", "aA", "token.", "api ", ".", "é"]) namesSecret(part.repeat(32_768));
    expect(performance.now() - began).to.be.lessThan(1_000);
  });
});
