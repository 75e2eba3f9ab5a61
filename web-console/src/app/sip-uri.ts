/** Whether something is the address of a telephone (RFC 3261 section 19.1): `sip:name@host`, with a port if need be. */
export function isSipUri(text: string): boolean {
  return /^sips?:[^\s@;?]+@[^\s@;?:]+(?::\d{1,5})?(?:;[^\s?]+)?$/i.test(text.trim());
}
