# Tables of the tests, made in order by the planner itself.
create table t (a int primary key, b text, c numeric(10,2), d varchar(5), e timestamptz not null default now(), f float8, g bool, h bigint, i smallint, j date, k timestamp, l interval, m uuid, n bytea, o real)
create table u (a int, b text, x int, y text)
create table cpu (ts timestamptz not null, host text not null, usage float8, n int, primary key (ts, host))
create table flights (date timestamp not null, delay int, distance int, origin varchar(3), destination varchar(3))
create table airports (code varchar(3) primary key, name text, city text, state text, lat float8, lon float8)
create table ev (id bigint primary key, at bigint not null, what text) with (time_column = '')
create table msgs (at bigint not null, topic text, body bytea) with (time_column = 'at', time_unit = 'ms', slice = '1 hour', partition_by = 'topic', partitions = 4)
create table days (day date not null, v int, primary key (day))
