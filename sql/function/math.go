package function

const mathFunctions = `
abs(int2) int2
abs(int4) int4
abs(int8) int8
abs(float4) float4 t
abs(float8) float8 t
abs(numeric) numeric t
ceil(float8) float8 t
ceil(numeric) numeric t
ceiling(float8) float8 t
ceiling(numeric) numeric t
floor(float8) float8 t
floor(numeric) numeric t
round(float8) float8 t
round(numeric) numeric
round(numeric,int4) numeric
trunc(float8) float8 t
trunc(numeric) numeric t
trunc(numeric,int4) numeric
sign(float8) float8 t
sign(numeric) numeric t
sqrt(float8) float8
sqrt(numeric) numeric
cbrt(float8) float8 t
exp(float8) float8
exp(numeric) numeric
ln(float8) float8
ln(numeric) numeric
log(float8) float8
log(numeric) numeric
log10(float8) float8
log10(numeric) numeric
log(numeric,numeric) numeric
power(float8,float8) float8
power(numeric,numeric) numeric
pow(float8,float8) float8
pow(numeric,numeric) numeric
mod(int2,int2) int2
mod(int4,int4) int4
mod(int8,int8) int8
mod(numeric,numeric) numeric
div(numeric,numeric) numeric
gcd(int4,int4) int4
gcd(int8,int8) int8
lcm(int4,int4) int4
lcm(int8,int8) int8
gcd(numeric,numeric) numeric
lcm(numeric,numeric) numeric
factorial(int8) numeric
scale(numeric) int4 t
min_scale(numeric) int4 t
trim_scale(numeric) numeric t
pi() float8 t
degrees(float8) float8
radians(float8) float8
sin(float8) float8
cos(float8) float8
tan(float8) float8
cot(float8) float8
asin(float8) float8
acos(float8) float8
atan(float8) float8 t
atan2(float8,float8) float8 t
sinh(float8) float8
cosh(float8) float8
tanh(float8) float8 t
asinh(float8) float8 t
acosh(float8) float8
atanh(float8) float8
width_bucket(float8,float8,float8,int4) int4
random() float8 v t
`
