/** What a baggage header may hold in all.  (W3C Baggage, 3.3.2: the limits that every platform must carry) */
export const BYTE_LIMIT = 8192;
export const MEMBER_LIMIT = 180;

/** Characters that are read of one: spaces between its members, which are not sent on, may be many. */
export const READ_LIMIT: number = 2 * BYTE_LIMIT;
