# names
select a from t
select t.a, t.b from t
select x.a from t x
select t.a from t x
select zz from t
select t.zz from t
select x.a from t
select bb from t
select t.bb from t
select hots from cpu
select originn from flights
select a from t, u
select t.a, u.a from t, u
select public.t.a from t
select nope.t.a from t
select * from nope
select * from public.nope
select * from nope.t
select * from t, t
select * from t, t x
select * from t x, u x
select t.* from t, u
select u.* from t
select * from t limit 0
select *
select usge from cpu c
select c.usge from cpu c
select cc.usage from cpu c
select aa, bb from t x, u y
select q.a from (select a from t) q
select q.b from (select a from t) q
select * from (select a, b from t) q(x)
select * from (select a, b from t) q(x, y, z)
select * from (select a from t) q join u on q.a = u.a
select n.a from t n(z)
select z, b from t n(z)
# output names
select 1, 'a', null, 1.5, true, false
select a + 1, -a, not g from t
select count(*), sum(a), max(b) from t
select a::text, a::bigint, cast(b as varchar(3)), '1'::int, 1::float8, 5::numeric(5,2) from t
select date '2020-01-01', timestamp '2020-01-01 00:00', interval '1 day', timestamptz '2020-01-01 00:00+00'
select case when a = 1 then b end, case when a = 1 then 1 else f end, case a when 1 then 'x' else b end from t
select coalesce(a, 1), nullif(a, 1), greatest(a, 2), least(b, 'x') from t
select extract(year from e), date_trunc('day', e), e at time zone 'UTC' from t
select current_timestamp, current_date, now(), localtimestamp
select (select 1), (select max(a) from t), exists (select 1), (select a as q from t limit 1)
select substring(b from 1 for 2), position('x' in b), trim(b), upper(b), b || 'x' from t
select a as "A b", b c from t
select a is null, a in (1, 2), a between 1 and 2, b like 'x%' from t
select t.a::int8 as x, (a)::int8, a::int8::text from t
select (t.a) from t
select ((a + 1)) from t
# literals and types
select 1, 2147483648, 99999999999999999999, 1e3, -5, - 5, -2147483648
select 1 + 1.5, 1 / 2, 1.0 / 2, 2 ^ 3, 5 % 3, 1 + 2147483648
select '1' + 1, 1 + '1'
select 'a' || 'b', 'a' || 1, 1 || 'a'
select 'a' || b, b || a from t
select '2020-01-01'::date + 1, date '2020-01-01' - date '2019-01-01', now() - interval '1 day', now() - now()
select a = '5' from t
select a = 'x' from t
select e > '2020-01-01' from t
select e > 'garbage' from t
select j = '2020-13-01' from t
select g = 'yes', g = 'maybe' from t
select m = 'nope' from t
select a + b from t
select a + true from t
select b + b from t
select -b from t
select -'1'
select not a from t
select a and g from t
select g or 'x' from t
select 'true' and g from t
select a like 'x' from t
select b like 5 from t
select e + 1 from t
select j + 1, j - 1, j - j, k - j, e - j from t
select f + c, a + f, a + c, i + a, h + i, o + f, o + o, o + c from t
select a::uuid from t
select g::date from t
select e::int from t
select b::int, a::text, f::int, c::int, g::int, a::bool from t
select h::bool from t
select 'x'::foo
select 'abc'::int
select '2020-01-01'::timestamptz, 'epoch'::timestamp
select cast(null as int)
select null::text, null + 1, null = null
select 1::varchar(3), 'abcdef'::varchar(3)
select 'abc'::varchar(0)
select 1::numeric(1001)
select 1::numeric(10, 2000)
select 1::int4(3)
select a::text(3) from t
select now()::timestamptz(3), now()::timestamp(9)
select a collate "C" from t
select b collate "C", b collate "nope" from t
# functions
select nope(1)
select nope(a, b) from t
select lower(a) from t
select lower(b, b) from t
select lower()
select abs('x')
select abs(a), abs(f), abs(c), abs(h), abs(i) from t
select round(f), round(c), round(c, 1), round(a) from t
select round(f, 2) from t
select length(b), length(d), length(n) from t
select sum(a), sum(h), sum(f), sum(c), sum(i), sum(o), avg(a), avg(f), avg(l), sum(l) from t
select sum(b) from t
select max(b), max(d), max(e), max(j), min(l) from t
select max(m) from t
select max(g) from t
select count(a), count(b), count(distinct a), count('x'), count(null) from t
select count() from t
select lower(*) from t
select lower(distinct b) from t
select lower(b) filter (where true) from t
select sum(*) from t
select nope(*) from t
select coalesce(a, 'x') from t
select coalesce(a, b) from t
select coalesce(a, f, c), coalesce(null, a), coalesce(null, null), coalesce(b, d), coalesce(d, d) from t
select greatest(a, f), greatest(1, 2.5), greatest('a', 'b'), greatest(d, d), least(e, now()) from t
select nullif(a, 'x') from t
select nullif(b, a) from t
select nullif(a, f), nullif(d, 'x'), nullif(1, 2.5), nullif('a', 'b') from t
select case when a then 1 end from t
select case when g then 1 else 'x' end from t
select case when g then a else b end from t
select case when g then 1 when not g then 2.5 else null end, case when g then 'a' else 'b' end, case when g then d else d end, case when g then d else b end from t
select case a when 'x' then 1 end from t
select a in (1, 'x') from t
select a in (1, 2.5), a in (h, i), b in ('x', d), h in (1, 2), f in (1, 2) from t
select a in (b) from t
select a in (1, b) from t
select 1 in ('a')
select (a, b) = (1, 'x'), (a, b) < (1, 'x'), (a, b) in ((1, 'x'), (2, 'y')) from t
select (a, b) = (1, 2, 3) from t
select a between 1 and 'x' from t
select a between b and 2 from t
select a is distinct from b from t
select a is distinct from 1, a is not distinct from null, g is true, g is not unknown from t
select a is true from t
select 'x' is null, g is null from t
select b ~ 'x', b !~* 'y', b ilike 'z', b not like 'q' from t
select pg_catalog.lower(b) from t
select nope.lower(b) from t
select extract(year from j), extract(epoch from e), extract(hour from l) from t
select date_trunc('day', j), date_trunc('day', k), date_trunc('hour', l) from t
# grouping
select a, count(*) from t group by a
select b, count(*) from u group by a
select a, b from t group by a
select u.b from t join u on t.a = u.a group by t.a
select t.b, count(*) from t join u on t.a = u.a group by t.a
select count(*), a from u
select a + 1 from u group by a + 1
select a + 2 from u group by a + 1
select a + 1 + 2 from u group by a + 1
select x.b from u x group by x.a
select sum(a) from t having count(*) > 1
select a from t having count(*) > 1
select 1 from u group by a having b = 'x'
select count(*) from u group by a having a > 1 and count(b) > 2
select sum(count(*)) from t
select sum(a + count(*)) from t
select a from t where count(*) > 1
select a from t group by count(*)
select count(*) from t group by 1
select a c, count(*) from u group by c
select a b, count(*) from u group by b
select a, count(*) from u group by 1
select a, count(*) from u group by 3
select a, count(*) from u group by 0
select a, count(*) from u group by 'x'
select a, count(*) from u group by 1.5
select u.* from u group by a
select count(*) from t join u on count(*) = 1
select a from t limit count(*)
select sum(a) filter (where b = 'x'), count(*) filter (where g) from t
select sum(a) filter (where a) from t
select sum(a) filter (where count(*) > 1) from t
select a from u group by a order by b
select a from u group by a order by a, count(*)
select b, b || 'x' from u group by b
select t.a from t group by u.a
select distinct a, b from t
select count(*) from u where a = (select max(a) from t)
select coalesce(a, 0), count(*) from u group by coalesce(a, 0)
select q, count(*) from (select a + 1 as q from t) s group by q
select date_trunc('hour', ts) as h, host, avg(usage) from cpu group by 1, 2 order by h
select case when a > 1 then b end from u group by a
# order, limit, distinct
select a from t order by 1
select a from t order by 2
select a from t order by 'x'
select a from t order by 1.5
select a from t order by a + 1
select a x, b x from t order by x
select a x, a x from t order by x
select a as b from t order by b
select a from t order by zz
select a from t order by t.b
select distinct a from t order by b
select distinct a from t order by a
select distinct a + 1 from t order by a + 1
select distinct on (a) a, b from t order by a, b
select distinct on (a) a, b from t order by b
select distinct on (a, b) a from t order by b, a, c
select distinct on (a) a from t order by a, count(*)
select a from t limit 'x'
select a from t limit 1.5
select a from t limit true
select a from t limit a
select a from t offset b
select a from t limit '5' offset null
select a from t order by a using <
select a from t order by -1
select a from t order by null
# joins
select * from t join u on t.a = u.a limit 1
select * from t join u using (a) limit 1
select a, b from t join u using (a)
select a from t join u using (a, b)
select t.a, u.a from t left join u using (a)
select a from t full join u using (a)
select * from t natural join u
select * from t join u using (zz)
select * from t join u using (x)
select * from t join u using (a, a)
select * from t join u on t.a
select * from t join u on t.a = u.b
select * from t join u on v.a = 1
select x.a from t join u on u.a = t.a join cpu on x.a = 1
select * from t left join u on t.a = u.a and zz = 1
select * from t, u join cpu on t.a = cpu.n
select * from (t join u on true) q
select q.a from (t join u using (a)) q
select * from t cross join u, cpu where t.a = cpu.n
select j.x from (t join u using (a)) as j
select a from (u u1 join u u2 using (a)) join u u3 using (a)
select b from u u1 join u u2 using (a)
select a from t join (select a::bigint as a from u) v using (a)
select * from flights f join airports o on f.origin = o.code join airports d on f.destination = d.code
select h from t join (select b as h from u) q using (h)
# subqueries
select (select a, b from t)
select (select a from t where t.a = 1)
select a from t where a in (select a, b from t)
select a from t where (a, b) in (select a from t)
select a from t where (a, b) in (select a, b from u)
select a from t where a in (select b from u)
select a from t where a not in (select a from u)
select a from t where exists (select * from u where u.a = t.a)
select a from t where not exists (select 1 from u where u.a = t.a and u.x > 1)
select a from t where a = (select max(x) from u)
select a from t where a = (select y from u)
select a from t where a > all (select a from u where zz = 1)
select a from t where a = any (select b from u)
select a from (select a from t)
select a from t where a in (select u.a from u where u.b = t.b)
select q.* from (select 'x' as s, null as n) q
select q.s + 1 from (select '1' as s) q
select (select 'x'), (select null)
select a from (select zz from t) q
select * from t, (select t.a) q
# set operations
select a from t union select a from u
select a, b from t union select a from u
select a from t union select b from u
select 1 union select 2.5
select 1 union select 'x'
select '1' union select 2
select 'a' union select 'b'
select null union select null
select null union all select 1
select a from t union all select h from t
select a from t intersect select a from u
select a from t except select a from u order by a
select a from t union select x from u order by x
select a from t union select x from u order by a + 1
select a from t union select x from u order by 1 limit 3
select d from t union select d from t
select d from t union select b from t
select a from t union select x from u union select 1.5
select e from t union select j from t
select $1 union select 1
values (1, 'a'), (2, 'b')
values (1), ('x')
values (1), (2.5)
values (1, 2), (3)
values (null), (1)
values ('a'), (null)
select * from (values (1, 'a')) v(x, y)
select x + 1 from (values ('1')) v(x)
values (a)
values (1) order by column1
values (1) order by column2
# with
with q as (select a from t) select * from q
with q as (select a from t) select b from q
with q(x) as (select a from t) select x from q
with q(x, y) as (select a from t) select x from q
with q as (select 1), q as (select 2) select 1
with q as (select zz from t) select 1
with q as (select a from t), r as (select a + 1 as b from q) select * from r
with t as (select 1 as z) select z from t
with q as (select 1 as x) select q.x, p.x from q, q p
with q as (select 'x' as x) select x from q union select 'y'
# parameters
select $1
select $1::int
select $1 + 1
select 1 + $1
select $1 + $2
select a + $1 from t
select a from t where a = $1
select a from t where $1 = a
select a from t where b = $1 and c = $2 and e >= $3 and f < $4
select a from t where a = $2
select a from t where a in ($1, $2)
select a from t where a between $1 and $2
select a from t where b like $1
select a from t where $1
select a from t where $1 is null
select a from t where $1 is null or a = $1
select a from t where a = $1 or $1 is null
select a from t where a = $1 and b = $1
select a from t where a = $1 and h = $1
select a from t where h = $1 and a = $1
select a from t limit $1 offset $2
select coalesce($1, a) from t
select case when $1 then 1 else $2 end
select $1 || 'x'
select lower($1)
select now() - $1
select e + $1 from t
select $1 = $2
select $1::text, $1
select $1::int, $1::text
select date_trunc($1, e) from t
select * from (select $1) q
select 'a' || $1 || b from t
select $0
select count($1)
select sum($1)
select max($1) from t
select a from t where ($1::timestamptz is null or e > $1)
select a from t where a = any (select x from u where y = $1)
insert into u values ($1, $2, $3, $4)
insert into t (a, b, e) values ($1, $2, $3)
insert into u (a, y) select $1, $2
insert into u (a) values ($1), ($1 + 1)
update u set a = $1, b = $2 where x = $3
update u set a = a + $1
delete from u where y = $1
select $1 in (1, 2)
select $1 between 1 and 2.5
select nullif($1, 1)
select greatest($1, 2)
select abs($1)
select -$1
select not $1
select $1 at time zone 'UTC'
# insert
insert into u values (1, 'x', 2, 'y')
insert into u values (1)
insert into u values (1, 2, 3, 4, 5)
insert into u (a, b) values (1)
insert into u (a) values (1, 2)
insert into u (a, zz) values (1, 2)
insert into u (a, a) values (1, 2)
insert into nope values (1)
insert into u (a) values ('x')
insert into u (a) values (true)
insert into u (a) values (1.5)
insert into u (a, b) values (1, 2), (3)
insert into u (a) values (b)
insert into u (a) values (u.b)
insert into u (a) select b from t
insert into u (a) select h from t
insert into u (a, b) select a from t
insert into u (a) select a, b from t
insert into u (a) select 'x'
insert into u (b) select 1
insert into u (b) values (1), (2.5), (now())
insert into u (a) values (now())
insert into t (a, g) values (1, 1)
insert into t (a, d) values (1, 'toolongtext')
insert into t (a, j) values (1, '2020-02-30')
insert into u default values
insert into u (a) values (default)
insert into u values (default, default, 1, default)
insert into u (a) values (1) returning *
insert into u (a) values (1) returning a, b || 'x' as q, u.y
insert into u as z (a) values (1) returning z.a
insert into u as z (a) values (1) returning u.a
insert into u (a) values (1) returning zz
insert into u (a) values (1) returning count(*)
insert into u (a) values ((select max(a) from t))
insert into u (a) values (count(*))
insert into u select * from u
insert into u select a, b, a, b from t order by zz
insert into u (a) (select 1 union select 2)
insert into u (a) with q as (select 1 as x) select x from q
with q as (select 1 as x) insert into u (a) select x from q
# update, delete
update u set a = 1
update u set zz = 1
update u set a = 'x'
update u set a = b
update u set a = 1, a = 2
update u set a = default, b = default
update u set (a, b) = (1, 'x')
update u set (a, b) = (1, 'x', 2)
update u set (a, b) = (select a, b from t limit 1)
update u set (a, b) = (select a from t limit 1)
update u set a = x where b = 5
update u set a = 1 where zz = 1
update u set a = 1 where x
update u set a = count(*)
update u set a = 1 where count(*) = 1
update u set a = 1 returning a, b, u.x
update u z set a = 1 returning z.a
update u z set a = 1 where u.a = 1
update u set a = t.a from t where t.b = u.b
update u set a = a from t
update u set u.a = 1
update u set a.b = 1
update nope set a = 1
update u set a = t.zz from t
delete from u
delete from u where zz = 1
delete from u where a = 'x'
delete from u using t where t.a = u.a returning t.b, u.*
delete from u z where u.a = 1
delete from u returning count(*)
delete from nope
# series
select * from generate_series(1, 10)
select g from generate_series(1, 10) g
select g.g + 1 from generate_series(1, 10, 2) as g
select x from generate_series('2020-01-01'::timestamp, '2020-01-02', '1 hour') as q(x)
select generate_series from generate_series(1, 10000000000)
select * from generate_series('2020-01-01'::date, '2020-01-02'::date, '1 hour')
select * from generate_series(1, 'x')
select * from generate_series(now(), now(), interval '1 hour') d
select * from generate_series(1)
select n from generate_series(1.5, 3) n
select * from now()
select * from lower('X') as z
# create table
create table n (a int, a text)
create table n (a int primary key, b int primary key)
create table n (a int primary key, primary key (a))
create table n (a int, primary key (b))
create table n (a int, primary key (a, a))
create table n (a int null not null)
create table n (a int null primary key)
create table t (a int)
create table if not exists t (a int)
create table n (a foo)
create table n (a int default 'x')
create table n (a int default now())
create table n (a int default b)
create table n (a int, b int default a)
create table n (a int default count(*))
create table n (a int default (select 1))
create table n (a int default nope())
create table n (a varchar(0))
create table n (a numeric(2000))
create table nope.n (a int)
create table pg_catalog.n (a int)
create table n (ctid int)
create table n (a int default 1 + '2', b text default 5, c timestamptz default now(), d numeric(5,2) default 1.234, e date default current_date)
create table n (a unknown)
create table n (a int default $1)
create table n ()
# drop, truncate, copy
drop table nope
drop table if exists nope
drop table t, nope
drop table nope.t
drop table if exists nope.t
truncate nope
truncate t, u
copy nope to stdout
copy u (zz) to stdout
copy u (a, a) to stdout
copy (select zz from u) to stdout
# subqueries in expressions
select b, (select sum(x) from u where u.a = v.a) from u v group by b
select b, (select sum(u.x) from u where u.b = v.b) from u v group by b
select a, (select x from u where u.a = t.zz) from t
select (select t.a) from t
select (select a from u order by zz) from t
select exists (select zz from t)
select a in (select b from u) from t
select a in (select a, b from u) from t
select $1 in (select a from u)
select a from t where b = (select max(x) from u)
select case when a in (select x from u) then 1 else 'x' end from t
select (select count(*) from u where u.a = t.a) as n, (select max(y) from u where u.b = t.b) from t
update u set a = (select max(a) from t where t.b = u.b)
update u set a = (select b from t where t.a = u.a limit 1)
select generate_series(1, 3)
select generate_series(1, 3) + 1 as q, a from t
select a from t where generate_series(1, 2) = 1
# more names and scopes
select t.a from t, lateral_x
select a from t as x(q)
select q from t as x(q) where a = 1
select x.q, x.b from t as x(q)
select * from t as x(a1, b1) join u on x.a1 = u.a where a = 1
select t.* from t join u using (a)
select u.* from t join u using (a)
select a.* from (t join u using (a)) as a
select t.a from (t join u using (a)) as a
select t1.a, t2.a from t t1, t t2 where a = 1
select public.t.* from t
select x.* from t
select t.a.b from t
select "A" from t
select a as x from t where x = 1
select a as x from t group by x having x > 1
select a as x from t order by x + 1
select a + 1 as a from t order by a
select -a as a from t order by a + 1
select sum(a) as a from t group by b order by a
select sum(a) as s from t group by b order by s, b
select count(*) from t order by a
select b from t group by b order by a
select b from t group by b order by count(*)
select distinct b from t order by count(*)
# casts and typing
select a::int8::text::varchar(2), '5'::text::int from t
select cast('2020-01-01' as date) + interval '1 day'
select '1 day'::interval * 2, 2 * interval '1 hour', interval '1 hour' / 2
select date '2020-01-01' + 5, 5 + date '2020-01-01', date '2020-01-01' - 5
select timestamp '2020-01-01' - timestamp '2019-01-01', now() - date '2020-01-01'
select '2020-01-01' < now(), '12' > 5, 'a' < 'b'
select '2020-01-01' - now()
select a = any (array[1, 2, 3]) from t
select a = any (array['x']) from t
select a <> all (array[1, 2]) from t
select b = any (array['x', b]) from t
select a in (null), a in (null, 1) from t
select a between null and 1 from t
select null and true, null or g, not null from t
select null = 1, null + 1, null || 'x', null like 'x'
select coalesce(null, 1.5, 2), coalesce('1', 2)
select coalesce(1, '2'), coalesce(1, 'x')
select case when true then null end, case when true then null else 1 end
select case when true then now() else '2020-01-01' end
select case when true then '2020-01-01' else now() end
select case 1 when 1 then 'a' when 2.5 then 'b' end
select case when 1 then 'a' end
select greatest(now(), '2020-01-01'), least(1, null)
select greatest(1, 'x')
select greatest(now(), 1)
select m = '00000000-0000-0000-0000-000000000000' from t
select n = '\x00', length(n) from t
select l > '1 hour', l = interval '1 hour' from t
select c = 1, c = 1.5, c = '1.5', c > f, c > a from t
select d = 'x', d || 'y', d < b, upper(d), d like 'x%', coalesce(d, 'none') from t
select i + i, i + 1, i * h, i / 2, i % 2::smallint from t
select 1 << 2, 5 & 3, 5 | 3, 5 # 3, ~5, 1::smallint << 2
select |/ 4, 2 ^ 0.5, @ -5, 5 !
select @ b from t
select 1 = 1 = true
select (1 = 1) = true
select 5 % 2.5, 5.5 / 2, 5 / 2.0, 7 / 2::float8
select 'x' 'y'
select u&'\0041', e'a\nb', $$x$$
select int '5', float8 '1.5', bool 'yes', numeric '1.50'
select numeric(5,1) '1.55', varchar(2) 'abc'
select int 'x'
select bool 'maybe'
select interval '1' day, interval '1-2' year to month, interval(3) '1.23456 s'
select 1::text || 2::text, 1 || 'x' || 2
select cast(b as float8), cast(f as text), cast(e as text), cast('t' as bool) from t
select 9223372036854775807, -9223372036854775808, 9223372036854775808
select 1.0::int, 2.5::int, '2.5'::numeric::int, 1e10::int8
select current_timestamp(3), localtimestamp(0), current_date
select count(*)::int, sum(a)::float8, avg(a)::numeric(5,2) from t
select string_agg(b, ',') from t
select string_agg(a, ',') from t
select bool_and(g), every(g), bit_or(a) from t
select bool_and(a) from t
select stddev(a), variance(f), stddev_pop(c) from t
select min(e), max(l), min(d), max(n) from t
select sum(distinct a), avg(distinct f) from t
select count(distinct a, b) from t
select floor(f), ceil(c), sqrt(a), power(a, 2), exp(f), ln(c), mod(a, 2), trunc(c, 1), sign(f) from t
select substr(b, 1), substr(b, 1, 2), left(b, 2), replace(b, 'a', 'b'), strpos(b, 'x'), concat(a, b, null), repeat(b, 2), reverse(b) from t
select lpad(b, 5), rpad(b, 5, 'x'), split_part(b, ',', 1), initcap(b), ascii(b), chr(65), md5(b) from t
select to_char(e, 'YYYY'), to_timestamp(0) from t
select make_interval(days => 1), make_interval(hours => 2, mins => 3), make_date(2020, 1, 1), make_timestamp(2020, 1, 1, 0, 0, 0)
select make_interval(nope => 1)
select make_interval(days => 1, 2)
select age(e), age(k, k), justify_hours(l), date_part('year', e) from t
select pg_typeof(a), pg_typeof('x') from t
select version(), current_user, current_database(), current_schema, pg_backend_pid()
select random(), gen_random_uuid(), clock_timestamp(), statement_timestamp()
select overlay(b placing 'x' from 1 for 2), trim(both 'x' from b), trim(leading from b), btrim(b) from t
select position('a' in b), char_length(b), octet_length(n), bit_length(b) from t
select b similar to 'a%', b like 'a' escape '\', b !~ 'x' from t
select e at time zone 'UTC', k at time zone 'UTC', e at time zone interval '1 hour' from t
select a at time zone 'UTC' from t
select date_trunc('day', b) from t
select date_trunc(a, e) from t
select date_bin('1 hour', e, '2020-01-01') from t
select width_bucket(f, 0, 10, 5), log(c), log(2, c), cbrt(f), pi(), degrees(f) from t
select quote_literal(b), quote_ident(b), quote_literal(a) from t
select regexp_replace(b, 'a', 'b'), regexp_replace(b, 'a', 'b', 'g'), translate(b, 'a', 'b') from t
select encode(n, 'hex'), decode(b, 'hex'), convert_from(n, 'UTF8'), sha256(n) from t
select a is of (int) from t
select abs(-5), abs('-5'), abs(null)
select round('1.5'), floor('1.5')
select upper(null), length(null), coalesce(upper(null), 'x')
# insert and update typing
insert into t (a, c, f, h, i, o) values (1.5, 1, 1, 1.5, 1, 1.5)
insert into t (a, b) values (1, 2)
insert into t (a, b) values (1, true)
insert into t (a, b) values (1, now())
insert into t (a, e) values (1, date '2020-01-01')
insert into t (a, j) values (1, now())
insert into t (a, l) values (1, 5)
insert into t (a, m) values (1, 'x'::text)
insert into t (a, g) values (1, 'yes'), (2, 'nope')
insert into t (a, n) values (1, '\xzz')
insert into t (a, c) values (1, 123456789012.5)
insert into t (a, d) select a, y from u
insert into t (a, e) select a, b from u
insert into t (a, h) select a, 'x' from u
insert into t (a) select a from u union select 1.5
insert into t (a, b) select * from (values (1, 'x'), (2, null)) v(x, y)
insert into t (a, b) values ($1 + 1, $2 || 'x')
insert into t (a, b) values ($1, $1)
update t set c = $1, d = $2, e = $3, g = $4, j = $5
update t set a = a + 1, b = b || $1 where e > $2 returning *, $3::int
update t set a = b from u
update t set a = u.a from u where t.b = u.b
update t set b = a
update t set e = j, j = e, l = e - k
update t set e = j - 1
update t x set a = 1 where t.a = 1
update t set a = default where false returning t.a, b as q
delete from t using u where t.a = u.a and u.zz = 1
delete from t where a = $1 and e between $2 and $3
delete from t where exists (select 1 from u where u.a = t.a and u.b = $1)
# wrong statements
select
select from t
select * from t where
select a, from t
select * from t order by
select count(distinct *) from t
insert into t
update t
delete t
select 1 from t t1 join t t2 on t1.a = t2.a join t t3 on t3.a = t1.a and t4.a = 1
select * from t join u on t.a = u.a and t.b = u.a
select * from (values (1, 2), (3, 4)) v(a)
select * from (values (1, 2), (3, 4)) v(a, b, c)
select v.column1, v.column2 from (values (1, 'x')) v
select (values (1))
select (values (1), (2))
select * from (select 1) x, (select 2) x
with x as (select 1 as a), y as (select b from x) select * from y
with x as (select 1 as a) select * from x join x on true
with x(a, b) as (values (1, 2)) select a + b from x
select a from t union all select b from u
select a, b from t union all select x, y from u order by a, 2
(select a from t order by a limit 1) union all (select x from u limit 1)
select a from t union (select x from u intersect select 1)
select a from t union select null order by 1
select null union select null union select 1
select 'x' as q union select null order by q
table t
table nope
select count(*) from (table u) q
# outer columns, records, subscripts
select a from t where a in (select a from u where zz = 1)
select a from t where i in (select i from u)
select (1, 2) = 1
select (a, b) = a from t
select a = (1, 2) from t
select a[1] from t
select (select 1)[1]
insert into u (u.a) values (1)
insert into u (a.b) values (1)
select pg_typeof('x'), pg_typeof(null), pg_typeof(1)
select interval '1 2' day to hour, interval '1' year, interval '5' second(2), interval '1' foo
select count(distinct a order by b) from t
select count(a order by zz) from t
select sum(a order by b), count(distinct a order by a) from t
select * from generate_series(1, zz)
select * from u, generate_series(1, u.zz) g
select -1 operator(pg_catalog.+) 2
