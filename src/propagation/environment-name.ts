/** An environment variable's name.  (Specification: Environment Variables, Key Name Normalization) */
export function environmentName(key: string): string {
  const name = key.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");
  return name === "" || /^\d/.test(name) ? `_${name}` : name;
}
