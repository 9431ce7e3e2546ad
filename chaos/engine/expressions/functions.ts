/**
 * Every function of the registry: how DuckDB says it, or why it is not asked. The differences on
 * purpose stand among the probes, each with its reason.
 */

import { as, type Probe, same, unlike } from './probe.ts'

/** A test asks DuckDB whether that is so. */
export const NONE = 'DuckDB has none'

/** What is not asked, and why. */
export const unasked: Readonly<Record<string, string>> = {
  ...because(NONE, [
    ...['nullifzero', 'count_nulls', 'bool_xor', 'initcap', 'overlay', 'regexp_position', 'div'],
    ...['width_bucket', 'is_leap_year', 'add_months', 'crc32', 'hash32', 'xxhash64', 'slot_of'],
    ...['kafka_partition', 'interval_ms'],
  ]),
  ...because("its patterns of times are those of Java, DuckDB's those of C", [
    ...['date_format', 'parse_timestamp', 'parse_date'],
  ]),
  ...because('it makes a span of time, which no column of a plan has', [
    ...['make_interval_ms', 'make_interval_months'],
  ]),
}

function because(reason: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [name, reason]))
}

const conditions: Readonly<Record<string, readonly Probe[]>> = {
  coalesce: same('coalesce(i, w, 7)', 'coalesce(s, t)'),
  if: same('if(f, i, c)'),
  nullif: same('nullif(i, c)', 'nullif(s, t)'),
  greatest: same('greatest(i, c, w)', 'greatest(s, t)'),
  least: same('least(i, c, w)', "least(d, DATE '1999-01-01')"),
}

const texts: Readonly<Record<string, readonly Probe[]>> = {
  lower: same('lower(s)'),
  upper: same('upper(s)'),
  length: same('length(s)'),
  octet_length: [as('octet_length(s)', 'strlen(s)')],
  reverse: same('reverse(s)'),
  ascii: same('ascii(s)'),
  chr: [as('chr(c + 1100)', 'chr(CAST(c + 1100 AS INTEGER))')],
  position: [as('position(t, s)', 'position(t IN s)')],
  strpos: same('strpos(s, t)'),
  starts_with: same('starts_with(s, t)'),
  ends_with: same('ends_with(s, t)'),
  contains: same('contains(s, t)'),
  replace: same("replace(s, 'a', 'xy')"),
  translate: same("translate(s, 'ab', 'x')"),
  to_bytes: [as('to_bytes(s)', 'encode(s)')],
  substring: same('substring(s, 2)', 'substring(s, 1, 2)'),
  left: same('left(s, 2)', 'left(s, -1)'),
  right: same('right(s, 2)', 'right(s, -1)'),
  trim: same('trim(s)', "trim(s, 'a')"),
  ltrim: same('ltrim(s)', "ltrim(s, 'a')"),
  rtrim: same('rtrim(s)', "rtrim(s, 'b')"),
  lpad: same("lpad(s, 4, 'xy')"),
  rpad: same("rpad(s, 4, 'xy')"),
  split_part: same("split_part(s, 'a', 1)", "split_part(s, ' ', 2)"),
  split: [
    unlike("split(s, 'a')", "string_split(s, 'a')", 'an empty text has no parts, as in Postgres'),
  ],
  concat: same('concat(s, i, t)'),
  concat_ws: same("concat_ws('-', s, i, t)"),
  repeat: same('repeat(s, 3)'),
  levenshtein: [
    unlike('levenshtein(s, t)', 'levenshtein(s, t)', 'of characters; DuckDB takes bytes'),
  ],
  regexp_like: [as("regexp_like(s, 'a+b?')", "regexp_matches(s, 'a+b?')")],
  regexp_extract: [
    unlike(
      "regexp_extract(s, '(a)(b)?')",
      "regexp_extract(s, '(a)(b)?')",
      'what is not found is NULL; DuckDB says an empty text',
    ),
  ],
  regexp_extract_all: same("regexp_extract_all(s, '[ab]')"),
  regexp_replace: [as("regexp_replace(s, '[ab]', 'x')", "regexp_replace(s, '[ab]', 'x', 'g')")],
  regexp_count: [as("regexp_count(s, 'a')", "len(regexp_extract_all(s, 'a'))")],
  regexp_split: [as("regexp_split(s, '[ ab]')", "regexp_split_to_array(s, '[ ab]')")],
}

const numbers: Readonly<Record<string, readonly Probe[]>> = {
  floor: same('floor(x)', 'floor(n)', 'floor(i)', 'floor(p)', 'floor(q)'),
  ceil: same('ceil(x)', 'ceil(n)', 'ceil(p)', 'ceil(q)'),
  round: same('round(x)', 'round(n)', 'round(n, 1)', 'round(p, 3)', 'round(q, 2)'),
  trunc: same('trunc(x)'),
  abs: same('abs(i)', 'abs(w)', 'abs(b)', 'abs(x)', 'abs(n)'),
  sign: same('sign(i)', 'sign(x)'),
  mod: same('mod(b, abs(c) + 1)'),
  gcd: same('gcd(i, c)'),
  lcm: same('lcm(i, c)'),
  factorial: [as('factorial(abs(c) % 20)', 'factorial(CAST(abs(c) % 20 AS INTEGER))')],
  is_nan: [as('is_nan(z)', 'isnan(z)')],
  is_finite: [as('is_finite(z)', 'isfinite(z)')],
  power: same('power(x, 2)'),
  sqrt: same('sqrt(abs(x))'),
  cbrt: same('cbrt(x)'),
  exp: same('exp(x / 100)'),
  ln: same('ln(abs(x) + 1)'),
  log10: same('log10(abs(x) + 1)'),
  log2: same('log2(abs(x) + 1)'),
  log: [as('log(2, abs(x) + 1)', 'log(2, abs(x) + 1)')],
  pi: same('pi()'),
  sin: same('sin(x)'),
  cos: same('cos(x)'),
  tan: same('tan(x)'),
  asin: same('asin(x / 200)'),
  acos: same('acos(x / 200)'),
  atan: same('atan(x)'),
  atan2: same('atan2(x, 2)'),
  sinh: same('sinh(x / 100)'),
  cosh: same('cosh(x / 100)'),
  tanh: same('tanh(x)'),
  degrees: same('degrees(x)'),
  radians: same('radians(x)'),
  bit_and: [as('bit_and(b, c)', 'b & c')],
  bit_or: [as('bit_or(b, c)', 'b | c')],
  bit_xor: [as('bit_xor(b, c)', 'xor(b, c)')],
  bit_not: [as('bit_not(b)', '~b')],
  shift_left: [as('shift_left(abs(c), 3)', 'abs(c) << 3')],
  shift_right: [as('shift_right(b, 3)', 'b >> 3')],
}

const times: Readonly<Record<string, readonly Probe[]>> = {
  extract: same('extract(day FROM d)', 'extract(hour FROM ts)', 'extract(week FROM d)'),
  date_trunc: same(
    "date_trunc('month', ts)",
    "date_trunc('week', ts)",
    "date_trunc('hour', tz)",
    "date_trunc('quarter', tw)",
  ),
  time_bucket: same("time_bucket(INTERVAL '15' MINUTE, ts)", "time_bucket(INTERVAL '2' DAY, ts)"),
  timestampadd: [
    as("timestampadd('day', c, ts)", 'ts + to_days(CAST(c AS INTEGER))'),
    as("timestampadd('month', i % 50, ts)", 'ts + to_months(i % 50)'),
  ],
  timestampdiff: [as("timestampdiff('day', ts, u)", "date_sub('day', ts, u)")],
  year: same('year(ts)', 'year(dw)', 'year(tw)'),
  quarter: same('quarter(d)'),
  month: same('month(ts)'),
  week: same('week(d)', 'week(dw)', 'week(tw)'),
  day: same('day(ts)'),
  day_of_week: [as('day_of_week(dw)', 'dayofweek(dw)')],
  day_of_year: [as('day_of_year(d)', 'dayofyear(d)')],
  hour: same('hour(ts)'),
  minute: same('minute(ts)'),
  second: same('second(ts)'),
  to_timestamp: same('to_timestamp(x)'),
  to_timestamp_ms: [as('to_timestamp_ms(c)', 'CAST(epoch_ms(c) AS TIMESTAMPTZ)')],
  epoch_ms: same('epoch_ms(ts)', 'epoch_ms(tw)'),
  epoch: [as('epoch(ts)', 'floor(epoch_ms(ts) / 1000)')],
  make_date: same('make_date(2000 + i % 30, 2, abs(c) % 29 + 1)'),
  make_timestamp: same('make_timestamp(2000 + i % 30, 2, 3, 4, 5, 6.5)'),
  last_day: same('last_day(d)', 'last_day(dw)'),
  days_in_month: same('days_in_month(d)', 'days_in_month(dw)'),
  dayname: same('dayname(d)', 'dayname(dw)'),
  monthname: same('monthname(d)'),
}

const NULL_ARRAY = 'nothing is made of a null array; DuckDB takes it for an empty one'
const NULL_ITEM = 'a null is an item like any other; DuckDB leaves it out'

const lists: Readonly<Record<string, readonly Probe[]>> = {
  array_length: same('array_length(xs)'),
  array_sort: [as('array_sort(xs)', "list_sort(xs, 'ASC', 'NULLS LAST')")],
  array_reverse: same('array_reverse(xs)'),
  array_distinct: [
    unlike('array_distinct(xs)', 'array_distinct(xs)', 'in the order of the first; DuckDB in none'),
  ],
  array_min: [as('array_min(xs)', 'list_min(xs)')],
  array_max: [as('array_max(xs)', 'list_max(xs)')],
  array_compact: [as('array_compact(xs)', 'list_filter(xs, lambda e: e IS NOT NULL)')],
  array_sum: [as('array_sum(xs)', 'list_sum(xs)')],
  element_at: [as('element_at(xs, 2)', 'xs[2]'), as('element_at(xs, -1)', 'xs[-1]')],
  array_slice: same('array_slice(xs, 2, 3)'),
  array_join: [
    unlike(
      "array_join(ws, '-')",
      "array_to_string(ws, '-')",
      'of nulls alone it is empty; DuckDB says NULL',
    ),
  ],
  sequence: [as('sequence(1, abs(c) % 5)', 'generate_series(1, abs(c) % 5)')],
  array_contains: same('array_contains(xs, i)'),
  array_position: [
    unlike(
      'array_position(xs, i)',
      'array_position(xs, i)',
      '0 where it is not found, as position says; DuckDB says NULL',
    ),
  ],
  arrays_overlap: [as('arrays_overlap(xs, ARRAY[1, 2])', 'list_has_any(xs, [1, 2])')],
  array_append: [unlike('array_append(xs, i)', 'array_append(xs, i)', NULL_ARRAY)],
  array_prepend: [unlike('array_prepend(xs, i)', 'list_prepend(i, xs)', NULL_ARRAY)],
  array_remove: [as('array_remove(xs, 1)', 'list_filter(xs, lambda e: e IS DISTINCT FROM 1)')],
  array_concat: [unlike('array_concat(xs, xs)', 'array_concat(xs, xs)', NULL_ARRAY)],
  array_union: [
    unlike(
      'array_sort(array_union(xs, ARRAY[1]))',
      'list_sort(list_distinct(xs || [1]))',
      NULL_ITEM,
    ),
  ],
  array_intersect: [
    as('array_sort(array_intersect(xs, ARRAY[1, 2]))', 'list_sort(list_intersect(xs, [1, 2]))'),
  ],
  array_except: [
    unlike(
      'array_sort(array_except(xs, ARRAY[1]))',
      'list_sort(list_distinct(list_filter(xs, lambda e: e <> 1)))',
      NULL_ITEM,
    ),
  ],
}

const rest: Readonly<Record<string, readonly Probe[]>> = {
  json_value: [
    unlike(
      "json_value(CAST(j AS JSON), '$.a')",
      "json_extract_string(CAST(j AS JSON), '$.a')",
      'an object or array is as it was written; DuckDB takes the blanks out',
    ),
  ],
  json_exists: same("json_exists(CAST(j AS JSON), '$.a')"),
  json_type: [
    unlike(
      'json_type(CAST(j AS JSON))',
      'lower(json_type(CAST(j AS JSON)))',
      'six kinds; DuckDB has its own names for them',
    ),
  ],
  json_length: [
    unlike(
      'json_length(CAST(j AS JSON))',
      'json_array_length(CAST(j AS JSON))',
      'objects have a length too, the rest NULL',
    ),
  ],
  json_text: [as('json_text(CAST(j AS JSON))', 'CAST(CAST(j AS JSON) AS TEXT)')],
  json_minify: [as('json_text(json_minify(CAST(j AS JSON)))', 'CAST(json(j) AS TEXT)')],
  json_extract: [
    as(
      "json_text(json_minify(json_extract(CAST(j AS JSON), '$.a')))",
      "CAST(json_extract(CAST(j AS JSON), '$.a') AS TEXT)",
    ),
  ],
  json_items: [
    unlike(
      'array_length(json_items(CAST(j AS JSON)))',
      "CAST(len(json_extract(CAST(j AS JSON), '$[*]')) AS INTEGER)",
      'null for what is no array, which DuckDB calls empty',
    ),
  ],
  json_keys: [
    unlike(
      'json_keys(CAST(j AS JSON))',
      'json_keys(CAST(j AS JSON))',
      'null for what is no object, which DuckDB calls empty',
    ),
  ],
  to_json: [
    ...['i', 'w', 'b', 'f', 's', 'xs', 'ws'].map(of =>
      as(`json_text(to_json(${of}))`, `CAST(to_json(${of}) AS TEXT)`),
    ),
  ],
  json_array: [as('json_text(json_array(i, s, f))', 'CAST(json_array(i, s, f) AS TEXT)')],
  json_object: [
    as("json_text(json_object('a', i, 'b', s))", "CAST(json_object('a', i, 'b', s) AS TEXT)"),
  ],
  is_json: [as('is_json(j)', 'json_valid(j)'), as('is_json(s)', 'json_valid(s)')],
  md5: same('md5(s)'),
  sha1: same('sha1(s)'),
  sha256: same('sha256(s)'),
  hex: [as('hex(s)', 'lower(hex(s))')],
  unhex: [as('unhex(hex(s))', 'unhex(hex(s))')],
  base64: [as('base64(s)', 'to_base64(encode(s))')],
  from_base64: [as('from_base64(base64(s))', 'from_base64(to_base64(encode(s)))')],
  url_encode: [
    unlike('url_encode(t)', 'url_encode(t)', 'the apostrophe may stand in an address and stays'),
  ],
  url_decode: [as('url_decode(url_encode(s))', 'url_decode(url_encode(s))')],
}

export const functionProbes: Readonly<Record<string, readonly Probe[]>> = {
  ...{ ...conditions, ...texts, ...numbers, ...times, ...lists, ...rest },
}
