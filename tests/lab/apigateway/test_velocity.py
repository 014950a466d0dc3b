"""The template language, without any API around it."""

import pytest

from course.lab.apigateway.velocity import TemplateError, Tool, from_json, render

NAMES = {
    "pet": {"name": "Rex", "age": 7, "tags": ["a", "b"], "none": None, "good": True},
    "pets": [{"name": "Rex"}, {"name": "Tom"}],
    "empty": [],
    "tool": Tool({"double": lambda n: n * 2}, {"colour": "red"}),
}


@pytest.mark.parametrize(
    ("template", "output"),
    [
        # references
        ("$pet.name ${pet.name}s $!pet.name!", "Rex Rexs Rex!"),
        ("$pet['name'] $pet.tags[1] $pets[0].name $pets.get(1).name", "Rex b Rex Tom"),
        ("<$nobody|$pet.nobody|$pet.none.deeper>", "<||>"),
        ("${nobody|'somebody'} ${pet.name|'x'}", "somebody Rex"),
        ("costs $5 and 5$ #fff \\$pet.name \\#if", "costs $5 and 5$ #fff $pet.name #if"),
        ("$pet.name-$pet.age $pet.name.", "Rex-7 Rex."),
        ("$tool.double(21) $tool.colour $tool.class $tool.missing(1)", "42 red  "),
        # printing
        ("$pet.good $pet.age", "true 7"),
        ("$pet.tags $pets[0]", "[a, b] {name=Rex}"),
        # set
        ("#set($a = 1)#set($b = $a + 2)$b", "3"),
        ("#set($s = \"$pet.name is ${pet.age}\")$s #set($t = '$pet.name')$t", "Rex is 7 $pet.name"),
        ("#set($m = {'k': 'v', \"n\": [1, 2]})$m.k $m.n.size() #set($m.a = 5)$m.a #set($m['x'] = 6)$m.x", "v 2 5 6"),
        ("#set($l = [1, 'b', true])#set($l[0] = 9)$l", "[9, b, true]"),
        ("#set($n = -3)#set($m = 4 - 1)$n $m", "-3 3"),
        # arithmetic and logic
        ("#set($x = 7 / 2)$x #set($y = 7 % 2)$y #set($z = 2 + 3 * 4)$z #set($w = (2 + 3) * 4)$w", "3 1 14 20"),
        ("#set($s = 'a' + 1 + 'b')$s", "a1b"),
        ("#if($pet.age > 5 && $pet.age <= 7)yes#end", "yes"),
        ("#if($pet.age == 7.0 and $pet.name eq 'Rex')yes#end#if('7' == $pet.age)same#end", "yessame"),
        ("#if(!$pet.none && $nobody == $null)none#end", "none"),
        ("#if('')truthy#end#if($empty)list#end#if(false)never#end#if(not $pet.good)never#end", "truthylist"),
        ("#if($nobody.size() > 0)a#elseif($pet.name != 'Rex')b#elseif($pet.name == 'Rex')c#{else}d#end", "c"),
        ("#if($nobody)a#{else}b#end", "b"),
        # loops
        ("#foreach($p in $pets)$foreach.count/$foreach.index $p.name#if($foreach.hasNext),#end#end", "1/0 Rex,2/1 Tom"),
        ("#foreach($i in [1..3])$i#end #foreach($i in [3..1])$velocityCount#end", "123 123"),
        ("#foreach($k in $pets[0].keySet())$k#end #foreach($v in $pets[0])$v#end", "name Rex"),
        ("#foreach($i in [1..9])#if($i > 3)#break#end$i#end done", "123 done"),
        ("#foreach($e in $pets[0].entrySet())$e.key=$e.value$e.getKey()#end", "name=Rexname"),
        ("#foreach($x in $nobody)never#end#foreach($x in [])never#end.", "."),
        ("#foreach($i in [1..2])#foreach($j in [1..2])$i$j #end#end", "11 12 21 22 "),
        # methods
        ("$pet.name.toUpperCase() $pet.name.length() $pet.name.substring(1) $pet.name.substring(0, 2)", "REX 3 ex Re"),
        ("$pet.name.replaceAll('[aeiou]', '<$0>') $pet.name.replace('R', 'L')", "R<e>x Lex"),
        ("$pet.name.replaceAll('(R)', '$1-') $pet.name.split('e').size() $pet.name.matches('R.*')", "R-ex 2 true"),
        ("$pet.name.contains('ex') $pet.name.startsWith('r') $pet.name.indexOf('x')", "true false 2"),
        ("$pet.tags.contains('a') $pet.tags.isEmpty() $pet.containsKey('age')", "true false true"),
        ("#set($l = [])#set($ok = $l.add('x'))$l.size()$l.get(0) #set($m = {})$!m.put('a', 1)$m.get('a')", "1x 1"),
        # the rest
        ("a ## comment\nb #* long\ncomment *# c #[[$as #it is]]#", "a b  c $as #it is"),
        ("#macro(hello $who $how)Hi $who$how#end#hello('Dana' '!') #hello($pet.name, '?')", "Hi Dana! Hi Rex?"),
        ("a#stop never", "a"),
        ("#set($a = 1)\n#if($a == 1)\n  one\n#end\nend", "  one\nend"),
    ],
)  # fmt: skip
def test_a_template_gives(template, output):
    assert render(template, dict(NAMES, pet=dict(NAMES["pet"]))) == output


def test_what_came_from_json_prints_as_api_gateway_prints_it():
    value = from_json({"name": "Rex", "tags": ["a", {"b": None}], "good": True, "none": None})
    assert render("$v", {"v": value}) == '{name=Rex, tags=["a",{"b":null}], good=true, none=null}'


def test_set_may_change_what_it_was_given():
    names = {"context": {"responseOverride": {"header": {}}}}
    render("#set($context.responseOverride.header.X = 'y')$context.responseOverride.put('status', 404)", names)
    assert names["context"]["responseOverride"] == {"header": {"X": "y"}, "status": 404}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a\n#if($x", "Expected ')'"),
        ("#if($x)\n\nyes", "#if without #end"),
        ("#foreach($x of $y)#end", "#foreach needs 'in'"),
        ("#set(x = 1)", "Expected a reference"),
        ("#set($x = )", "Expected a value"),
        ("#set($x = 'open)", "no closing '"),
        ("text #end", "#end without a beginning"),
        ("$pet.name.substring('a')", "Invocation of method 'substring'"),
        ("#foreach($i in [1..2000])$i#end", "at most 1000 rounds"),
        ("#foreach($i in 7)$i#end", "lists and maps only"),
        ("#set($x = " + "(" * 5000 + "1" + ")" * 5000 + ")", "nested too deeply"),
        ("#macro(again)#again()#end#again()", "nested too deeply"),
    ],
)
def test_a_fault_is_named_with_its_line(template, message):
    with pytest.raises(TemplateError) as fault:
        render(template, dict(NAMES))
    assert message in str(fault.value) and "[line " in str(fault.value)


def test_python_is_out_of_reach():
    assert render("$t.class $t.upper() ${t.format}", {"t": "x"}) == "  "
