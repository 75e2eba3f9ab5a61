/** Letters and digits that nobody confuses on paper or over the telephone. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 3;
const GROUP_LENGTH = 4;

/** A password for once, read out or written on paper: three groups of four, some 59 bits. */
export function passwordForOnce(
  random: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const letters: string[] = [];
  while (letters.length < GROUPS * GROUP_LENGTH) {
    // What lies beyond a whole number of alphabets would make some letters likelier.
    const bound = 256 - (256 % LETTERS.length);
    for (const byte of random(new Uint8Array(GROUPS * GROUP_LENGTH)))
      if (byte < bound && letters.length < GROUPS * GROUP_LENGTH)
        letters.push(LETTERS.charAt(byte % LETTERS.length));
  }
  const groups = Array.from({ length: GROUPS }, (_, place) =>
    letters.slice(place * GROUP_LENGTH, (place + 1) * GROUP_LENGTH).join(''),
  );
  return groups.join('-');
}
