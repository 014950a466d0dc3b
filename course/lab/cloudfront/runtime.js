// What CloudFront Functions offer beside the language: Buffer, crypto, querystring, and key value stores.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
(() => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

  const utf8 = text => {
    const escaped = encodeURIComponent(text), found = [];
    for (let i = 0; i < escaped.length; i++) {
      if (escaped[i] === '%') { found.push(parseInt(escaped.slice(i + 1, i + 3), 16)); i += 2; }
      else found.push(escaped.charCodeAt(i));
    }
    return found;
  };
  const fromBase64 = text => {
    const clean = text.replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, ''), found = [];
    let bits = 0, held = 0;
    for (const letter of clean) {
      held = (held << 6) | ALPHABET.indexOf(letter);
      bits += 6;
      if (bits >= 8) { bits -= 8; found.push((held >> bits) & 255); }
    }
    return found;
  };
  const base64 = bytes => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 3) {
      const three = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0);
      for (let place = 18; place >= 0; place -= 6) text += ALPHABET[(three >> place) & 63];
    }
    const missing = (3 - (bytes.length % 3)) % 3;
    return text.slice(0, text.length - missing) + '='.repeat(missing);
  };
  const hex = bytes => Array.from(bytes, one => one.toString(16).padStart(2, '0')).join('');
  const latin = bytes => String.fromCharCode(...bytes);
  const WRITERS = {
    utf8: bytes => {
      try { return decodeURIComponent(Array.from(bytes, one => '%' + hex([one])).join('')); }
      catch (e) { return latin(bytes); }
    },
    hex, base64, latin1: latin, ascii: latin,
    base64url: bytes => base64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, ''),
  };
  const READERS = {
    utf8, base64: fromBase64, base64url: fromBase64,
    hex: text => (text.match(/../g) || []).map(two => parseInt(two, 16)),
    latin1: text => Array.from(text, one => one.charCodeAt(0) & 255),
  };
  const by = (table, encoding) => {
    const name = String(encoding || 'utf8').toLowerCase().replace('utf-8', 'utf8');
    if (!table[name]) throw new TypeError(`unknown encoding: ${encoding}`);
    return table[name];
  };

  class Buffer extends Uint8Array {
    static from(given, encoding) {
      const bytes = typeof given === 'string' ? by(READERS, encoding)(given) : given;
      const made = new Buffer(bytes.length);
      made.set(bytes);
      return made;
    }
    static alloc(size, fill) { return new Buffer(size).fill(fill || 0); }
    static concat(list) { return Buffer.from(list.flatMap(one => Array.from(one))); }
    static isBuffer(given) { return given instanceof Buffer; }
    static byteLength(text, encoding) { return by(READERS, encoding)(text).length; }
    toString(encoding) { return by(WRITERS, encoding)(this); }
    equals(other) { return hex(this) === hex(other); }
  }
  Object.defineProperty(globalThis, 'Buffer', {value: Buffer, writable: true, configurable: true});
  Object.defineProperty(globalThis, 'atob', {value: t => latin(fromBase64(t)), writable: true, configurable: true});
  Object.defineProperty(globalThis, 'btoa', {value: t => base64(READERS.latin1(t)), writable: true, configurable: true});

  // Hashes by FIPS 180-4 and RFC 1321. Both fill up to whole blocks of 64 bytes with the length at the end.
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const padded = (bytes, bigEnd) => {
    const all = [...bytes, 128], bits = bytes.length * 8, tail = [];
    while (all.length % 64 !== 56) all.push(0);
    for (let i = 0; i < 8; i++) tail.push(Math.floor(bits / 2 ** (8 * i)) & 255);
    return all.concat(bigEnd ? tail.reverse() : tail);
  };
  const words = (all, at, bigEnd) => Array.from({length: 16}, (_, i) => {
    const four = all.slice(at + i * 4, at + i * 4 + 4);
    if (!bigEnd) four.reverse();
    return (four[0] << 24) | (four[1] << 16) | (four[2] << 8) | four[3];
  });
  const bytesOf = (state, bigEnd) => state.flatMap(word => {
    const four = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255];
    return bigEnd ? four : four.reverse();
  });
  const root = (n, power) => {
    const value = n ** power;
    return ((value - Math.floor(value)) * 2 ** 32) | 0;
  };
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every(p => n % p)) primes.push(n);

  const sha256 = bytes => {
    const keys = primes.map(p => root(p, 1 / 3)), all = padded(bytes, true);
    let state = primes.slice(0, 8).map(p => root(p, 1 / 2));
    for (let at = 0; at < all.length; at += 64) {
      const w = words(all, at, true);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = (w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7]
          + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + keys[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      state = [a, b, c, d, e, f, g, h].map((word, i) => (word + state[i]) | 0);
    }
    return bytesOf(state, true);
  };
  const sha1 = bytes => {
    const all = padded(bytes, true);
    let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    for (let at = 0; at < all.length; at += 64) {
      const w = words(all, at, true);
      for (let i = 16; i < 80; i++) w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 31);
      let [a, b, c, d, e] = state;
      for (let i = 0; i < 80; i++) {
        const [f, k] = i < 20 ? [(b & c) | (~b & d), 0x5a827999] : i < 40 ? [b ^ c ^ d, 0x6ed9eba1]
          : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
        [e, d, c, b, a] = [d, c, turn(b, 2), a, (turn(a, 27) + f + e + k + w[i]) | 0];
      }
      state = [a, b, c, d, e].map((word, i) => (word + state[i]) | 0);
    }
    return bytesOf(state, true);
  };
  const md5 = bytes => {
    const all = padded(bytes, false), shifts = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    const keys = Array.from({length: 64}, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);
    let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
    for (let at = 0; at < all.length; at += 64) {
      const w = words(all, at, false);
      let [a, b, c, d] = state;
      for (let i = 0; i < 64; i++) {
        const round = i >> 4;
        const [f, g] = [[(b & c) | (~b & d), i], [(d & b) | (~d & c), 5 * i + 1], [b ^ c ^ d, 3 * i + 5],
          [c ^ (b | ~d), 7 * i]][round];
        const sum = (f + a + keys[i] + w[g % 16]) | 0;
        [a, d, c, b] = [d, c, b, (b + turn(sum, 32 - shifts[round][i % 4])) | 0];
      }
      state = [a, b, c, d].map((word, i) => (word + state[i]) | 0);
    }
    return bytesOf(state, false);
  };

  const HASHES = {md5, sha1, sha256};
  const asBytes = given => typeof given === 'string' ? utf8(given) : Array.from(given);
  class Digester {
    constructor(name, finish) {
      if (!HASHES[name]) throw new TypeError(`not supported: ${name}; there are md5, sha1 and sha256`);
      this.parts = [];
      this.finish = finish;
    }
    update(data) { this.parts.push(...asBytes(data)); return this; }
    digest(encoding) {
      const made = Buffer.from(this.finish(this.parts));
      return encoding ? made.toString(encoding) : made;
    }
  }
  provide('crypto', {
    createHash: name => new Digester(name, parts => HASHES[name](parts)),
    createHmac: (name, key) => new Digester(name, parts => {
      let secret = asBytes(key);
      if (secret.length > 64) secret = HASHES[name](secret);
      const block = Array.from({length: 64}, (_, i) => secret[i] || 0);
      return HASHES[name](block.map(b => b ^ 0x5c).concat(HASHES[name](block.map(b => b ^ 0x36).concat(parts))));
    }),
  });

  const querystring = {
    escape: encodeURIComponent,
    unescape: decodeURIComponent,
    stringify: (values, between = '&', equals = '=') => Object.keys(values)
      .flatMap(name => [].concat(values[name]).map(value => encodeURIComponent(name) + equals + encodeURIComponent(value)))
      .join(between),
    parse: (text, between = '&', equals = '=') => {
      const found = {};
      for (const part of text.split(between).filter(one => one)) {
        const [name, ...rest] = part.split(equals).map(one => decodeURIComponent(one.replace(/\+/g, ' ')));
        const value = rest.join(equals);
        found[name] = name in found ? [].concat(found[name], value) : value;
      }
      return found;
    },
  };
  provide('querystring', querystring);
  provide('buffer', {Buffer});

  // The stores that hang at the function: their ids and what they hold.
  const stores = STORES;
  provide('cloudfront', {
    kvs: id => {
      const chosen = id || Object.keys(stores)[0];
      const held = stores[chosen];
      if (!held) throw new Error('KeyValueStoreNotFound');
      return {
        get: async (key, how) => {
          if (!Object.hasOwn(held, key)) throw new Error('KeyNotFound');
          const format = (how && how.format) || 'string';
          return format === 'json' ? JSON.parse(held[key]) : format === 'bytes' ? Buffer.from(held[key]) : held[key];
        },
        exists: async key => Object.hasOwn(held, key),
        count: async () => Object.keys(held).length,
      };
    },
  });
})();
