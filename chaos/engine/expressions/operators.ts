/** Operators, predicates and casts. */

import { as, type Probe, same, unlike } from './probe.ts'

export const operatorProbes: readonly Probe[] = [
  ...same('i + i', 'i - b', 'b + c', 'c * c', 'w + 1', 'w * 2', 'w - i', 'b * 3', '-w', '-b', '-x'),
  ...same('x + z', 'x - i', 'z * x', 'x * c', 'n + n', 'n - i', 'i % 3', 'b % c', 'w % 7', '-n'),
  unlike('w % -1', 'w % -1', 'the rest is 0 even of the least number, which DuckDB refuses'),
  ...[as('i / 3', 'i // 3'), as('b / c', 'b // c'), as('w / -1', 'w // -1')],
  ...same('n * n', 'x / 8', 'x / z'),
  ...same(
    'i = c',
    'w < i',
    'b >= w',
    'x <> z',
    'z > x',
    'z = z',
    'n < i',
    's = t',
    's < t',
    's >= t',
  ),
  ...same('f = (i > 0)', "d < DATE '2000-01-01'", "ts >= TIMESTAMP '1999-12-31 23:59:59'"),
  ...same('i IS NULL', 'f IS NOT NULL', 'f IS TRUE', 'f IS NOT FALSE', 's IS DISTINCT FROM t'),
  ...same('x IS NOT DISTINCT FROM z', 'f AND i > 0', 'f OR i > 0', 'NOT f', 'f AND NOT f'),
  ...same('i BETWEEN 0 AND c', "s NOT BETWEEN 'a' AND t", 'i IN (1, 2, c)', "s NOT IN ('a', t)"),
  ...same("s LIKE 'a%'", "s LIKE '%_b'", 's NOT LIKE t', "s LIKE '%'", "t ILIKE 'A%'"),
  ...same('CASE WHEN f THEN i WHEN i > 0 THEN c ELSE -1 END', 'CASE i WHEN 1 THEN s ELSE t END'),
  ...same('s || t', "s || '-' || t"),
  ...same('CAST(i AS BIGINT)', 'CAST(i AS DOUBLE)', 'CAST(n AS DOUBLE)', 'CAST(i AS TEXT)'),
  ...same('CAST(b AS TEXT)', 'CAST(n AS TEXT)', 'CAST(f AS TEXT)', 'CAST(d AS TEXT)'),
  ...same('CAST(b AS INTEGER)', 'CAST(c AS DECIMAL(6, 1))', 'CAST(n AS DECIMAL(10, 1))'),
  ...same('CAST(n AS INTEGER)', 'CAST(f AS INTEGER)', 'CAST(ts AS DATE)', 'CAST(d AS TIMESTAMP)'),
  ...same('CAST(CAST(c AS TEXT) AS BIGINT)', 'CAST(CAST(n AS TEXT) AS DECIMAL(10, 2))'),
  ...same('CAST(s AS BIGINT)', 'CAST(x AS INTEGER)', 'CAST(c AS DECIMAL(4, 1))'),
  unlike(
    'CAST(CAST(n AS TEXT) AS BIGINT)',
    'CAST(CAST(n AS TEXT) AS BIGINT)',
    'a text with a point is no whole number; DuckDB rounds it',
  ),
  ...same("d + INTERVAL '1' DAY > d", "ts + INTERVAL '90' MINUTE", "ts - INTERVAL '1' MONTH"),
  as('xs[1]', 'xs[1]'),
]
