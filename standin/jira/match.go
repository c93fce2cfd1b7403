package jira

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// matcher turns a query into a test of one issue. The error names a field or
// a value that does not exist.
func (c *call) matcher(q query) (func(*issue) bool, error) {
	var tests []func(*issue) bool
	for _, one := range q.clauses {
		test, err := c.test(one)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(i *issue) bool {
		for _, test := range tests {
			if !test(i) {
				return false
			}
		}
		return true
	}, nil
}

func (c *call) test(one clause) (func(*issue) bool, error) {
	switch one.field {
	case "created", "updated":
		return c.momentTest(one)
	case "summary", "description", "text":
		return textTest(one)
	}
	names, known := c.names(one.field)
	if !known {
		// Entity properties too: only an app that declares them makes them
		// searchable, which a program with a token cannot.
		return nil, jqlError(fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", one.field))
	}
	for n, value := range one.values {
		if strings.EqualFold(value, "currentUser()") {
			one.values[n] = c.caller.ID
			continue
		}
		if err := c.checkValue(one.field, value); err != nil {
			return nil, err
		}
	}
	has := func(i *issue) bool {
		return slices.ContainsFunc(one.values, func(value string) bool {
			return slices.ContainsFunc(names(i), func(name string) bool { return strings.EqualFold(name, value) })
		})
	}
	switch one.operator {
	case "=", "in":
		return has, nil
	case "!=", "not in":
		// As in Jira, an issue without a value is not an issue with another.
		return func(i *issue) bool { return len(names(i)) > 0 && !has(i) }, nil
	case "is":
		return func(i *issue) bool { return len(names(i)) == 0 }, nil
	case "is not":
		return func(i *issue) bool { return len(names(i)) > 0 }, nil
	}
	return nil, unsupported(one)
}

// names tells by which names a field's value can be asked for.
func (c *call) names(field string) (func(*issue) []string, bool) {
	switch field {
	case "project":
		return func(i *issue) []string { return []string{i.project.Key, i.project.Name, i.project.id} }, true
	case "key", "issuekey", "issue", "id":
		return func(i *issue) []string { return []string{i.key, i.id} }, true
	case "status":
		return func(i *issue) []string { return []string{i.status.Name, c.status(i.status)["id"].(string)} }, true
	case "statuscategory":
		return func(i *issue) []string {
			group := categoryOf(i.status)
			return []string{group.name, group.key, strconv.Itoa(group.id)}
		}, true
	case "labels":
		return func(i *issue) []string { return i.labels }, true
	case "component":
		return func(i *issue) []string { return i.components }, true
	case "issuetype", "type":
		return func(i *issue) []string { return []string{i.kind} }, true
	case "assignee":
		return func(i *issue) []string { return userNames(i.assignee) }, true
	case "reporter":
		return func(i *issue) []string { return userNames(i.reporter) }, true
	case "resolution":
		return func(i *issue) []string {
			if i.resolved == nil {
				return nil
			}
			return []string{"Done"}
		}, true
	}
	return nil, false
}

func userNames(a *Account) []string {
	if a == nil {
		return nil
	}
	return []string{a.ID, a.Name, a.Email}
}

// checkValue refuses values of which Jira knows that no issue can have them.
func (c *call) checkValue(field, value string) error {
	exists := true
	switch field {
	case "project":
		exists = slices.ContainsFunc(c.site.projects, func(p *Project) bool {
			return strings.EqualFold(p.Key, value) || strings.EqualFold(p.Name, value) || p.id == value
		})
	case "key", "issuekey", "issue", "id":
		if _, exists = c.site.find(value); !exists {
			return jqlError(fmt.Sprintf("An issue with key '%s' does not exist for field '%s'.", value, field))
		}
	case "status":
		exists = c.site.status(value) != nil || slices.ContainsFunc(c.site.statuses, func(s Status) bool { return c.status(&s)["id"] == value })
	case "component":
		exists = slices.ContainsFunc(c.site.projects, func(p *Project) bool { return slices.Contains(p.Components, value) })
	case "issuetype", "type":
		exists = slices.ContainsFunc(c.site.projects, func(p *Project) bool { return slices.Contains(p.IssueTypes, value) })
	}
	if !exists {
		return jqlError(fmt.Sprintf("The value '%s' does not exist for the field '%s'.", value, field))
	}
	return nil
}

func unsupported(one clause) error {
	return jqlError(fmt.Sprintf("The operator '%s' is not supported by the '%s' field.", one.operator, one.field))
}

func textTest(one clause) (func(*issue) bool, error) {
	if one.operator != "~" && one.operator != "!~" {
		return nil, unsupported(one)
	}
	words := strings.Fields(strings.ToLower(one.values[0]))
	return func(i *issue) bool {
		text := map[string]string{"summary": i.summary, "description": i.description}[one.field]
		if one.field == "text" {
			text = i.summary + " " + i.description
		}
		all := !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(strings.ToLower(text), w) })
		return all == (one.operator == "~")
	}, nil
}

func (c *call) momentTest(one clause) (func(*issue) bool, error) {
	if len(one.values) != 1 {
		return nil, unsupported(one)
	}
	moment, err := c.moment(one.field, one.values[0])
	if err != nil {
		return nil, err
	}
	allowed, known := map[string][]int{"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}, "=": {0}}[one.operator]
	if !known {
		return nil, unsupported(one)
	}
	return func(i *issue) bool {
		at := i.created
		if one.field == "updated" {
			at = i.updated
		}
		return slices.Contains(allowed, at.Truncate(time.Minute).Compare(moment.Truncate(time.Minute)))
	}, nil
}

// moment reads a date, a date with a time, or a distance from now such as -7d.
func (c *call) moment(field, text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02", "2006/01/02", "2006-01-02 15:04", "2006/01/02 15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	if text != "" {
		if n, err := strconv.Atoi(text[:len(text)-1]); err == nil && units[text[len(text)-1]] > 0 {
			return c.now.Add(time.Duration(n) * units[text[len(text)-1]]), nil
		}
	}
	return time.Time{}, jqlError(fmt.Sprintf("Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.", text, field))
}

// sorted orders issues; without an order the newest come first.
func (c *call) sorted(issues []*issue, order []sorting) error {
	if len(order) > 7 {
		return jqlError("The 'order by' clause can contain a maximum of 7 fields.")
	}
	by := map[string]func(a, b *issue) int{
		"created": func(a, b *issue) int { return a.created.Compare(b.created) },
		"updated": func(a, b *issue) int { return a.updated.Compare(b.updated) },
		"summary": func(a, b *issue) int { return cmp.Compare(a.summary, b.summary) },
		"status":  func(a, b *issue) int { return cmp.Compare(a.status.Name, b.status.Name) },
		"key":     compareKeys,
	}
	for _, s := range order {
		if by[s.field] == nil {
			return jqlError(fmt.Sprintf("Field '%s' does not exist or you do not have permission to view it.", s.field))
		}
	}
	slices.SortStableFunc(issues, func(a, b *issue) int {
		for _, s := range order {
			if d := by[s.field](a, b); d != 0 {
				if s.descending {
					return -d
				}
				return d
			}
		}
		return -compareKeys(a, b)
	})
	return nil
}

// compareKeys orders by project and then by number. Ids grow with creation.
func compareKeys(a, b *issue) int {
	idA, _ := strconv.Atoi(a.id)
	idB, _ := strconv.Atoi(b.id)
	return cmp.Or(cmp.Compare(a.project.Key, b.project.Key), cmp.Compare(idA, idB))
}
