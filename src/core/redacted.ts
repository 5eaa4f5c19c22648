/** What stands where a secret was.  (Semantic conventions: url.full) */
export const REDACTED = "REDACTED";
