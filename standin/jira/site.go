package jira

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Site is what a Jira holds at the start. It can be decoded from JSON.
type Site struct {
	Title       string       `json:"title"`
	Accounts    []Account    `json:"accounts"`
	Statuses    []Status     `json:"statuses"`    // default DefaultStatuses; the first is that of a new issue
	Transitions []Transition `json:"transitions"` // default DefaultTransitions
	Projects    []Project    `json:"projects"`
	Issues      []Issue      `json:"issues"`
}

// Account is a person or a program.
type Account struct {
	ID          string `json:"id"`   // accountId on Cloud, key on Data Center
	Name        string `json:"name"` // the user name on Data Center; default: the part of the e-mail before the @
	Email       string `json:"email"`
	DisplayName string `json:"display_name"`
	Token       string `json:"token"` // API token or personal access token; empty for who never calls the API
}

// Project is a Jira project.
type Project struct {
	Key        string   `json:"key"`
	Name       string   `json:"name"` // default: the key
	Components []string `json:"components"`
	IssueTypes []string `json:"issue_types"` // default Task, Bug, Change, Incident
	Withheld   []string `json:"withheld"`    // permissions that nobody has here, such as ADD_COMMENTS

	id     string
	number int // of the latest issue
}

// Issue is an issue as it is seeded, or created by a person.
type Issue struct {
	Key         string   `json:"key"`     // default: the project's next
	Project     string   `json:"project"` // default: the key's
	Type        string   `json:"type"`    // default: the project's first
	Summary     string   `json:"summary"`
	Description string   `json:"description"`
	Status      string   `json:"status"` // default: the site's first
	Components  []string `json:"components"`
	Labels      []string `json:"labels"`
	Assignee    string   `json:"assignee"` // account id
	Reporter    string   `json:"reporter"` // account id; default: the first account without a token
}

var projectKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

// newSite checks the seed and fills in what it leaves open.
func newSite(seed Site, options Options) (*site, error) {
	made := &site{
		title:       seed.Title,
		statuses:    seed.Statuses,
		transitions: seed.Transitions,
		now:         options.Now,
		next:        10000,
	}
	if made.title == "" {
		made.title = "Jira"
	}
	if len(made.statuses) == 0 && len(made.transitions) == 0 {
		made.statuses, made.transitions = DefaultStatuses(), DefaultTransitions()
	}
	err := errors.Join(made.addAccounts(seed.Accounts), checkWorkflow(made.statuses, made.transitions), made.addProjects(seed.Projects))
	if err != nil {
		return nil, fmt.Errorf("the Jira site: %w", err)
	}
	for _, issue := range seed.Issues {
		if _, err := made.add(issue); err != nil {
			return nil, fmt.Errorf("the Jira site: %w", err)
		}
	}
	made.lag = options.IndexLag // what was there at the start has been indexed long ago
	return made, nil
}

func (s *site) addAccounts(accounts []Account) error {
	if len(accounts) == 0 {
		return errors.New("accounts are needed")
	}
	for _, a := range accounts {
		if a.ID == "" || s.account(a.ID) != nil {
			return fmt.Errorf("the account %q needs an id of its own", a.DisplayName)
		}
		if a.Name == "" {
			a.Name, _, _ = strings.Cut(a.Email, "@")
		}
		if a.DisplayName == "" {
			a.DisplayName = a.Name
		}
		s.accounts = append(s.accounts, &a)
	}
	return nil
}

func (s *site) addProjects(projects []Project) error {
	for _, p := range projects {
		if !projectKey.MatchString(p.Key) {
			return fmt.Errorf("the project key %q must be capital letters, digits and underscores", p.Key)
		}
		if _, twice := s.project(p.Key); twice {
			return fmt.Errorf("the project %s is there twice", p.Key)
		}
		for _, withheld := range p.Withheld {
			if !knownPermission(withheld) {
				return fmt.Errorf("the project %s withholds %q, which is no permission", p.Key, withheld)
			}
		}
		if p.Name == "" {
			p.Name = p.Key
		}
		if len(p.IssueTypes) == 0 {
			p.IssueTypes = []string{"Task", "Bug", "Change", "Incident"}
		}
		p.id = s.newID()
		s.projects = append(s.projects, &p)
	}
	return nil
}

func knownPermission(key string) bool {
	for _, p := range permissions {
		if p.Key == key {
			return true
		}
	}
	return false
}

// fill gives an issue its defaults, and says what in it does not exist.
func (s *site) fill(i Issue) (Issue, *Project, error) {
	if i.Project == "" {
		i.Project, _, _ = strings.Cut(i.Key, "-")
	}
	p, ok := s.project(i.Project)
	if !ok {
		return i, nil, fmt.Errorf("there is no project %q", i.Project)
	}
	if i.Type == "" {
		i.Type = p.IssueTypes[0]
	}
	if i.Status == "" {
		i.Status = s.statuses[0].Name
	}
	if i.Reporter == "" {
		i.Reporter = s.person().ID
	}
	switch {
	case strings.TrimSpace(i.Summary) == "":
		return i, nil, errors.New("an issue needs a summary")
	case !slices.Contains(p.IssueTypes, i.Type):
		return i, nil, fmt.Errorf("the project %s has no issue type %q, it has %s", p.Key, i.Type, strings.Join(p.IssueTypes, ", "))
	case s.status(i.Status) == nil:
		return i, nil, fmt.Errorf("there is no status %q", i.Status)
	case i.Assignee != "" && s.account(i.Assignee) == nil:
		return i, nil, fmt.Errorf("there is no account %q", i.Assignee)
	case s.account(i.Reporter) == nil:
		return i, nil, fmt.Errorf("there is no account %q", i.Reporter)
	}
	for _, component := range i.Components {
		if !slices.Contains(p.Components, component) {
			return i, nil, fmt.Errorf("the project %s has no component %q", p.Key, component)
		}
	}
	for _, label := range i.Labels {
		if err := checkLabel(label); err != "" {
			return i, nil, errors.New(err)
		}
	}
	return i, p, nil
}
