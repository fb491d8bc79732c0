// Names that nobody can guess: 128 random bits in base64url, 22 characters. They
// need no secure context, which crypto.randomUUID does.

export function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
