/** Endings of names that no public name has.  (RFC 6761, 6762, 8375; ICANN resolution 2024.07.29.06) */
const INTERNAL_NAME = /\.(local|localhost|internal|test|svc|home\.arpa)$/;

const V4 = /^\d+\.\d+\.\d+\.\d+$/;

/** Loopback, private use, link-local, and shared address space.  (RFC 1122, 1918, 3927, 6598) */
const INTERNAL_V4 =
  /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

/** Loopback, unique local, link-local.  (RFC 4291, 4193) */
const INTERNAL_V6 = /^(::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/;

/** Whether a host is one of this network, by its name or address: nobody outside is told what is sent there. */
export function isInternalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  if (name.includes(":")) return INTERNAL_V6.test(name);
  if (V4.test(name)) return INTERNAL_V4.test(name);
  // A service of a compose file or of the same namespace has a name without a dot.
  return name !== "" && (!name.includes(".") || INTERNAL_NAME.test(name));
}
