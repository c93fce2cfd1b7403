package jira

import (
	"fmt"
	"slices"
	"strings"
)

// query is JQL as the stand-in understands it: clauses that must all hold,
// and an order. There is no OR, no NOT before a clause and no parentheses but
// those of a list.
type query struct {
	clauses []clause
	order   []sorting
}

// clause is one restriction. The operators are =, !=, ~, !~, <, <=, >, >=,
// in, not in, is and is not; the last two only with EMPTY.
type clause struct {
	field    string // lower case
	operator string
	values   []string
}

type sorting struct {
	field      string
	descending bool
}

// jqlError is what Jira says of a query that it cannot run.
type jqlError string

// Error is what the caller reads.
func (e jqlError) Error() string { return string(e) }

// parseJQL reads a query. What it does not understand is an error.
func parseJQL(text string) (query, error) {
	p := &parser{tokens: lex(text)}
	var q query
	if !p.at("order") && !p.done() {
		for {
			c, err := p.clause()
			if err != nil {
				return query{}, err
			}
			q.clauses = append(q.clauses, c)
			if !p.take("and") {
				break
			}
		}
	}
	if p.take("order") {
		if !p.take("by") {
			return query{}, p.expected("'by'")
		}
		for {
			s, err := p.sorting()
			if err != nil {
				return query{}, err
			}
			q.order = append(q.order, s)
			if !p.take(",") {
				break
			}
		}
	}
	if !p.done() {
		return query{}, p.expected("'AND', 'ORDER BY' or the end")
	}
	return q, nil
}

// token is a word, an operator or a quoted text of a query.
type token struct {
	text   string
	quoted bool
}

type parser struct{ tokens []token }

func (p *parser) done() bool { return len(p.tokens) == 0 }

// at says whether the next token is this keyword or sign.
func (p *parser) at(keyword string) bool {
	return !p.done() && !p.tokens[0].quoted && strings.EqualFold(p.tokens[0].text, keyword)
}

func (p *parser) take(keyword string) bool {
	if !p.at(keyword) {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *parser) next() (token, bool) {
	if p.done() {
		return token{}, false
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t, true
}

func (p *parser) expected(what string) error {
	if p.done() {
		return jqlError("Error in the JQL Query: Expecting " + what + " but reached the end of the query.")
	}
	return jqlError(fmt.Sprintf("Error in the JQL Query: Expecting %s but got '%s'.", what, p.tokens[0].text))
}

func (p *parser) clause() (clause, error) {
	if p.at("(") || p.at("not") || p.at("or") {
		return clause{}, p.expected("a field")
	}
	field, ok := p.next()
	if !ok || (!field.quoted && isSign(field.text)) {
		return clause{}, p.expected("a field")
	}
	c := clause{field: strings.ToLower(field.text)}
	switch {
	case p.take("in"):
		c.operator = "in"
	case p.take("not"):
		if !p.take("in") {
			return clause{}, p.expected("'in'")
		}
		c.operator = "not in"
	case p.take("is"):
		c.operator = "is"
		if p.take("not") {
			c.operator = "is not"
		}
		if !p.take("empty") && !p.take("null") {
			return clause{}, p.expected("'EMPTY'")
		}
		return c, nil
	default:
		return p.comparison(c)
	}
	return p.list(c)
}

// comparison reads a sign and the one value behind it.
func (p *parser) comparison(c clause) (clause, error) {
	for _, sign := range comparisons() {
		if !p.take(sign) {
			continue
		}
		c.operator = sign
		value, err := p.value()
		c.values = []string{value}
		return c, err
	}
	return clause{}, p.expected("an operator (=, !=, ~, !~, <, <=, >, >=, in, not in, is, is not)")
}

func (p *parser) list(c clause) (clause, error) {
	if !p.take("(") {
		return clause{}, p.expected("'('")
	}
	for {
		value, err := p.value()
		if err != nil {
			return clause{}, err
		}
		c.values = append(c.values, value)
		if p.take(")") {
			return c, nil
		}
		if !p.take(",") {
			return clause{}, p.expected("',' or ')'")
		}
	}
}

// value reads a word, a quoted text, or a function without arguments.
func (p *parser) value() (string, error) {
	if p.done() || (!p.tokens[0].quoted && isSign(p.tokens[0].text)) {
		return "", p.expected("a value")
	}
	value, _ := p.next()
	if !value.quoted && p.take("(") {
		if !p.take(")") {
			return "", p.expected("')'")
		}
		return value.text + "()", nil
	}
	return value.text, nil
}

func (p *parser) sorting() (sorting, error) {
	field, ok := p.next()
	if !ok {
		return sorting{}, p.expected("a field")
	}
	s := sorting{field: strings.ToLower(field.text)}
	if p.take("desc") {
		s.descending = true
	} else {
		p.take("asc")
	}
	return s, nil
}

// comparisons are the signs that compare, the longer before the shorter.
func comparisons() []string { return []string{"!=", "!~", "<=", ">=", "=", "~", "<", ">"} }

func isSign(text string) bool {
	return slices.Contains(comparisons(), text) || text == "(" || text == ")" || text == ","
}

// lex cuts a query into tokens. A quote that is not closed reaches to the end.
func lex(text string) []token {
	var tokens []token
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return tokens
		}
		var t token
		t, text = lexOne(text)
		tokens = append(tokens, t)
	}
}

func lexOne(text string) (t token, rest string) {
	if quote := text[0]; quote == '"' || quote == '\'' {
		var inside strings.Builder
		for n := 1; n < len(text); n++ {
			switch {
			case text[n] == '\\' && n+1 < len(text):
				n++
				inside.WriteByte(text[n])
			case text[n] == quote:
				return token{inside.String(), true}, text[n+1:]
			default:
				inside.WriteByte(text[n])
			}
		}
		return token{inside.String(), true}, ""
	}
	for _, sign := range append(comparisons(), "(", ")", ",") {
		if rest, found := strings.CutPrefix(text, sign); found {
			return token{text: sign}, rest
		}
	}
	end := strings.IndexAny(text, " \t\r\n=!~<>(),\"'")
	switch {
	case end < 0:
		return token{text: text}, ""
	case end == 0: // a lone '!'
		return token{text: text[:1]}, text[1:]
	}
	return token{text: text[:end]}, text[end:]
}
