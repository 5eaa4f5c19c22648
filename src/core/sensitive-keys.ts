/**
 * What names a secret, as the words of a key. Not among them: `session.id`, which the semantic conventions have as an
 * attribute; `tokens`, which are counted; `auth`, `key` and `signature` alone, which mostly name something else. Words stand
 * without digits at their end, and `keys` as `key`.
 */
const SECRETS = [
  ..."secret,secrets,credential,credentials,token,jwt,authorization,cookie,cookies,csrf,xsrf".split(","),
  // The second of them is `APIkey`, of which these are the words.
  ..."api key,ap ikey,private key,privatekey,access key,accesskey,account key".split(","),
  ..."encryption key,signing key,master key,amz signature,goog signature".split(","),
  ..."connection string,connectionstring,connect sid,phpsessid,jsessionid,sessid".split(","),
];

/** Of these a number is one, too; of the others it counts or measures. */
const SECRET_NUMBERS = [
  ..."password,passwords,passwd,pwd,passphrase,passcode,pass word,pass phrase,otp".split(","),
  ..."ssn,social security,credit card,creditcard,debit card,card number,cardnumber".split(","),
  ..."cvv,cvc,security code".split(","),
];

/** A word that is written together with others: `dbpassword`, `accesstoken`. */
const ENDS_AS_SECRET =
  /(?:passwords?|passwd|pwd|secret|token|apikey|secretkey|privatekey|accesskey|cookie|credentials?)$/;
const ENDS_AS_SECRET_NUMBER = /(?:passwords?|passwd|pwd)$/;

/** HOT. What each secret has of these: nearly all keys, and names within texts, have none. */
const MAY_BE_SECRET =
  /pass|pwd|secret|cred|token|jwt|authoriz|cookie|[cx]srf|key|sig|sid|connect|sess|ssn|social|card|cv[vc]|security|otp/i;

/** After the name of a secret, or at the key's end, these say that it is about the secret: `token.type`, `secret.arn`. */
const ABOUT = new Set(
  (
    "address,age,alg,algorithm,arn,at,attempts,brand,bucket,budget,changed,check,consent,cost,count,decision,domain,duration," +
    "enabled,endpoint,exp,expiration,expires,expiry,file,format,index,iss,issuer,kid,kind,last4,latency,length,limit," +
    "method,ms,name,path,policy,present,price,provider,purpose,rate,ratio,required,result,scheme,size,state,status," +
    "strength,sub,symbol,ttl,type,uri,url,usage,valid,verified,version"
  ).split(","),
);

/**
 * A `token` after one of these is a piece of text that a language model reads or writes, or where a list goes on; a `pass`
 * is a card, or a walk through something.
 */
const ANOTHER: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    "token",
    new Set("completion,continuation,first,input,inter,max,min,next,output,page,per,prompt,total".split(",")),
  ],
  ["pass", new Set("boarding,compiler,first,last,render,season,second,test,tests".split(","))],
]);

type Words = readonly string[];
type Phrases = ReadonlyMap<string, readonly Words[]>;

const NUMBERS = byFirstWord(SECRET_NUMBERS);
const ALL = byFirstWord([...SECRETS, ...SECRET_NUMBERS]);

/** Whether what has this key is a secret, by the words in it. */
export function namesSecret(key: string): boolean {
  return mayNameSecret(key) && standsIn(wordsOf(key), ALL, ENDS_AS_SECRET);
}

/** Whether a number that has the key of a secret is one. */
export function namesSecretNumber(key: string): boolean {
  return mayNameSecret(key) && standsIn(wordsOf(key), NUMBERS, ENDS_AS_SECRET_NUMBER);
}

/** Of a query or a cookie these are secrets, too, at the name's end.  (Semantic conventions: url.query) */
const PARAMETER = /(?:^|[^a-z\d.])(?:sig|signature|sid|session[_-]?id)$/i;

/** Not of the name of an attribute, which has dots. */
export function namesSecretParameter(name: string): boolean {
  return name.length <= LONGEST_PARAMETER && PARAMETER.test(name) && !name.includes(".");
}

const LONGEST_PARAMETER = 64;

/** Where a shell is, in the same letters as a password: `PWD=/app`. */
export function isWorkingDirectory(key: string, value: string): boolean {
  return (key === "PWD" || key === "OLDPWD") && value.startsWith("/");
}

/** In small letters: of `X-Api-Key`, `xApiKey` and `x.api_key` the same three. */
export function wordsOf(key: string): string[] {
  const apart = key.replaceAll(/[a-z\d](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g, "$& ");
  return apart
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** HOT. False of what names neither a secret nor a parameter that is one. */
export function mayNameSecret(name: string): boolean {
  return MAY_BE_SECRET.test(name);
}

/** Whether one of the phrases stands among the words of a key. */
export function hasOneOf(key: string, phrases: readonly Words[]): boolean {
  if (phrases.length === 0) return false;
  const small = key.toLowerCase();
  if (!phrases.some(([first = ""]) => small.includes(first))) return false;
  const words = wordsOf(key);
  return words.some((_, at) => phrases.some((phrase) => standsAt(at, phrase, words)));
}

function standsIn(words: Words, phrases: Phrases, ending: RegExp): boolean {
  const plain = words.map(withoutEnding);
  return plain.some((_, at) => {
    const length = secretAt(at, plain, phrases, ending);
    return length > 0 && !isAbout(words, at + length);
  });
}

/** `password2` is one more password, and `keys` are as secret as one. */
function withoutEnding(word: string): string {
  const bare = word.replace(/(?<=\p{L})\d{1,4}$/u, "");
  return bare.endsWith("keys") ? bare.slice(0, -1) : bare;
}

/** How many words from here on name a secret. */
function secretAt(at: number, words: Words, phrases: Phrases, ending: RegExp): number {
  const word = words[at] ?? "";
  if (ANOTHER.get(word)?.has(words[at - 1] ?? "") === true) return 0;
  const phrase = phrases.get(word)?.find((each) => standsAt(at, each, words));
  if (phrase !== undefined) return phrase.length;
  // Not of `pass.through`, and the like; no number of it, for tests pass.
  if (word === "pass") return phrases === ALL && at === words.length - 1 ? 1 : 0;
  return ending.test(word) ? 1 : 0;
}

function standsAt(at: number, phrase: Words, words: Words): boolean {
  return phrase.length > 0 && phrase.every((word, place) => words[at + place] === word);
}

function isAbout(words: Words, next: number): boolean {
  const isLast = next === words.length;
  return !isLast && (ABOUT.has(words[next] ?? "") || ABOUT.has(words.at(-1) ?? ""));
}

function byFirstWord(phrases: readonly string[]): Phrases {
  const found = new Map<string, Words[]>();
  for (const phrase of phrases) {
    const words = phrase.split(" ");
    const first = words[0] ?? "";
    found.set(first, [...(found.get(first) ?? []), words]);
  }
  return found;
}
