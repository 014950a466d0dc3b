// @aws-appsync/utils: what resolvers in JavaScript can do beside the language.
// https://docs.aws.amazon.com/appsync/latest/devguide/resolver-util-reference-js.html
(() => {
  const given = GIVEN;
  const appended = [];
  let made = 0;

  const typed = value => {
    if (value === null || value === undefined) return {NULL: true};
    if (typeof value === 'boolean') return {BOOL: value};
    if (typeof value === 'number') return {N: String(value)};
    if (Array.isArray(value)) return {L: value.map(typed)};
    if (typeof value === 'object') return {M: values(value)};
    return {S: String(value)};
  };
  const values = given => Object.fromEntries(
    Object.entries(given || {}).filter(([, value]) => value !== undefined).map(([name, value]) => [name, typed(value)]));

  const bytes = text => unescape(encodeURIComponent(text));
  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const encoded = text => {
    const raw = bytes(String(text ?? ''));
    let out = '';
    for (let i = 0; i < raw.length; i += 3) {
      const three = (raw.charCodeAt(i) << 16) | ((raw.charCodeAt(i + 1) || 0) << 8) | (raw.charCodeAt(i + 2) || 0);
      for (let place = 18; place >= 0; place -= 6) out += LETTERS[(three >> place) & 63];
    }
    const missing = (3 - (raw.length % 3)) % 3;
    return out.slice(0, out.length - missing) + '='.repeat(missing);
  };
  const decoded = text => {
    let out = '', held = 0, bits = 0;
    for (const letter of String(text ?? '').replace(/[^A-Za-z0-9+/]/g, '')) {
      held = (held << 6) | LETTERS.indexOf(letter);
      bits += 6;
      if (bits >= 8) { bits -= 8; out += String.fromCharCode((held >> bits) & 255); }
    }
    return decodeURIComponent(escape(out));
  };

  class Ended {
    constructor(kind, told) { this.kind = kind; this.told = told; }
  }
  const failure = (message, type, data, info) =>
    ({message: String(message ?? ''), type: String(type ?? ''), data: data ?? null, info: info ?? null});

  const now = () => new Date();
  const util = {
    error: (...told) => { throw new Ended('failure', failure(...told)); },
    appendError: (...told) => { appended.push(failure(...told)); },
    unauthorized: () => { throw new Ended('unauthorized'); },
    authType: () => given.authType,
    autoId: () => given.id.slice(0, 24) + (parseInt(given.id.slice(24), 16) + made++).toString(16).padStart(12, '0').slice(-12),
    matches: (pattern, text) => new RegExp(`^(?:${pattern})$`).test(text),
    escapeJavaScript: text => JSON.stringify(String(text)).slice(1, -1).replace(/'/g, "\\'").replace(/\//g, '\\/'),
    urlEncode: text => encodeURIComponent(String(text ?? '')).replace(/%20/g, '+'),
    urlDecode: text => decodeURIComponent(String(text ?? '').replace(/\+/g, ' ')),
    base64Encode: encoded,
    base64Decode: decoded,
    time: {
      nowISO8601: () => now().toISOString(),
      nowEpochSeconds: () => Math.floor(now().getTime() / 1000),
      nowEpochMilliSeconds: () => now().getTime(),
      epochMilliSecondsToISO8601: moment => new Date(moment).toISOString(),
      parseISO8601ToEpochMilliSeconds: text => new Date(text).getTime(),
    },
    dynamodb: {
      toDynamoDB: typed,
      toMapValues: values,
      toString: value => ({S: String(value)}),
      toNumber: value => ({N: String(value)}),
      toBoolean: value => ({BOOL: Boolean(value)}),
      toNull: () => ({NULL: true}),
      toList: typed,
      toMap: typed,
      toStringSet: list => ({SS: list.map(String)}),
      toNumberSet: list => ({NS: list.map(String)}),
    },
  };
  const runtime = {
    earlyReturn: (value, options) => {
      throw new Ended('early', {value: value ?? null, skipTo: (options && options.skipTo) || 'NEXT'});
    },
  };
  provide('@aws-appsync/utils', {util, runtime});

  // https://docs.aws.amazon.com/appsync/latest/devguide/built-in-modules-js.html
  const SIGNS = {eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>='};
  const condition = wanted => {
    const names = {}, filled = {}, parts = [];
    for (const [name, tests] of Object.entries(wanted)) {
      names[`#${name}`] = name;
      for (const [test, value] of Object.entries(tests)) {
        const slot = `:${name}_${test}`;
        if (test === 'between') {
          filled[`${slot}_0`] = typed(value[0]);
          filled[`${slot}_1`] = typed(value[1]);
          parts.push(`#${name} BETWEEN ${slot}_0 AND ${slot}_1`);
          continue;
        }
        if (test === 'attributeExists') {
          parts.push(`${value ? 'attribute_exists' : 'attribute_not_exists'}(#${name})`);
          continue;
        }
        filled[slot] = typed(value);
        if (SIGNS[test]) parts.push(`#${name} ${SIGNS[test]} ${slot}`);
        else if (test === 'beginsWith') parts.push(`begins_with(#${name}, ${slot})`);
        else if (test === 'contains') parts.push(`contains(#${name}, ${slot})`);
        else throw new TypeError(`the lab does not know the test ${test}`);
      }
    }
    const made = {expression: parts.join(' AND '), expressionNames: names};
    return Object.keys(filled).length ? {...made, expressionValues: filled} : made;
  };
  const conditioned = wanted => (wanted ? {condition: condition(wanted)} : {});
  const paged = ({limit, nextToken, index, filter, scanIndexForward, consistentRead}) => JSON.parse(JSON.stringify(
    {limit, nextToken, index, scanIndexForward, consistentRead, filter: filter && condition(filter)}));
  provide('@aws-appsync/utils/dynamodb', {
    get: ({key, consistentRead}) => ({operation: 'GetItem', key: values(key), ...(consistentRead ? {consistentRead} : {})}),
    put: ({key, item, condition: wanted}) =>
      ({operation: 'PutItem', key: values(key), attributeValues: values(item), ...conditioned(wanted)}),
    remove: ({key, condition: wanted}) => ({operation: 'DeleteItem', key: values(key), ...conditioned(wanted)}),
    update: ({key, update, condition: wanted}) => {
      const names = {}, filled = {}, sets = [];
      for (const [name, value] of Object.entries(update)) {
        if (Object.hasOwn(key, name)) continue;
        names[`#${name}`] = name;
        filled[`:${name}`] = typed(value);
        sets.push(`#${name} = :${name}`);
      }
      return {operation: 'UpdateItem', key: values(key), ...conditioned(wanted),
        update: {expression: `SET ${sets.join(', ')}`, expressionNames: names, expressionValues: filled}};
    },
    query: given => ({operation: 'Query', query: condition(given.query), ...paged(given)}),
    scan: given => ({operation: 'Scan', ...paged(given || {})}),
  });

  provide('lab', {
    carry: (handler, ctx) => {
      ctx.args = ctx.arguments;
      const left = () => ({stash: ctx.stash, appended});
      try {
        const value = handler(ctx);
        return {kind: 'value', told: value === undefined ? null : value, ...left()};
      } catch (thrown) {
        if (thrown instanceof Ended) return {kind: thrown.kind, told: thrown.told ?? null, ...left()};
        throw thrown;
      }
    },
  });
})();
