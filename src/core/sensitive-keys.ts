/**
 * What names a secret, as the words of a key. Not among them: `session.id`, which the semantic conventions have as an
 * attribute; `tokens`, which are counted; `auth`, `key` and `signature` alone, which mostly name something else.
 */
const SECRETS = [
  ..."password,passwd,pwd,passphrase,passcode,pass word,pass phrase".split(","),
  ..."secret,secrets,credential,credentials,token,jwt,authorization,cookie,cookies,csrf,xsrf".split(","),
  ..."api key,api keys,apikeys,private key,privatekey,access key,accesskey,account key".split(","),
  ..."encryption key,signing key,master key,amz signature,goog signature".split(","),
  ..."connection string,connectionstring,connect sid,phpsessid,jsessionid,sessid".split(","),
  ..."ssn,social security,credit card,creditcard,debit card,card number,cardnumber".split(","),
  ..."cvv,cvv2,cvc,security code".split(","),
];

/** A word that is written together with others: `dbpassword`, `accesstoken`. */
const ENDS_AS_SECRET = /(?:password|passwd|secret|token|apikey|cookie|credentials?)$/;

/** After the name of a secret, or at the key's end, these say that it is about the secret: `token.type`, `secret.arn`. */
const ABOUT = new Set(
  (
    "age,alg,algorithm,arn,attempts,check,count,domain,enabled,endpoint,expiration,expires,expiry,file,format,issuer," +
    "kind,length,limit,method,name,path,policy,present,provider,purpose,required,result,scheme,size,state,status,ttl," +
    "type,uri,url,usage,valid,verified,version"
  ).split(","),
);

/** A `token` after one of these is a piece of text that a language model reads or writes. */
const OF_TEXT = new Set("completion,first,input,max,min,output,per,prompt,total".split(","));

type Words = readonly string[];

const PHRASES: readonly Words[] = SECRETS.map((phrase) => phrase.split(" "));

/** Whether what has this key is a secret, by the words in it; each of `more` counts wherever it stands. */
export function namesSecret(key: string, more: readonly Words[] = []): boolean {
  const words = wordsOf(key);
  for (let at = 0; at < words.length; at++) {
    if (more.some((phrase) => standsAt(at, phrase, words))) return true;
    const length = secretAt(at, words);
    if (length > 0 && !isAbout(words, at + length)) return true;
  }
  return false;
}

/** Of a query or a cookie these are secrets, too.  (Semantic conventions: url.query) */
const PARAMETERS: ReadonlySet<string> = new Set(["sig", "signature", "sid", "sessionid"]);

export function namesSecretParameter(name: string): boolean {
  return PARAMETERS.has(name.toLowerCase());
}

/** In small letters: of `X-Api-Key`, `xApiKey` and `x.api_key` the same three. */
export function wordsOf(key: string): string[] {
  const apart = key.replaceAll(/[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, "$& ");
  return apart
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** How many words from here on name a secret. */
function secretAt(at: number, words: Words): number {
  const phrase = PHRASES.find((each) => standsAt(at, each, words));
  if (words[at] === "token" && OF_TEXT.has(words[at - 1] ?? "")) return 0;
  if (phrase !== undefined) return phrase.length;
  return ENDS_AS_SECRET.test(words[at] ?? "") ? 1 : 0;
}

function standsAt(at: number, phrase: Words, words: Words): boolean {
  return phrase.length > 0 && phrase.every((word, place) => words[at + place] === word);
}

function isAbout(words: Words, next: number): boolean {
  const isLast = next === words.length;
  return !isLast && (ABOUT.has(words[next] ?? "") || ABOUT.has(words.at(-1) ?? ""));
}
