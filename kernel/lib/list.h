/* kernel/lib/list.h: doubly linked lists whose links are stored in the members.
 *
 * A list is a ring that includes its head. A link that is not on a list points
 * to itself, so removing it again does no harm. */
#pragma once

#include "lib/types.h"

struct list {
	struct list *next;
	struct list *prev;
};

#define LIST(name) ((struct list){ .next = &(name), .prev = &(name) })

/* The struct that contains `link` as its member `field`. */
#define LIST_ENTRY(link, type, field) CONTAINER_OF(link, type, field)

#define LIST_EACH(link, head)                                                  \
	for (struct list *link = (head)->next; link != (head);                 \
	     link = link->next)

static inline void list_init(struct list *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_insert_after(struct list *where, struct list *link)
{
	link->next = where->next;
	link->prev = where;
	where->next->prev = link;
	where->next = link;
}

static inline void list_push_front(struct list *head, struct list *link)
{
	list_insert_after(head, link);
}

static inline void list_push_back(struct list *head, struct list *link)
{
	list_insert_after(head->prev, link);
}

static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

/* Remove and return the first link, or NULL if the list is empty. */
static inline struct list *list_pop_front(struct list *head)
{
	struct list *first = head->next;

	if (first == head)
		return NULL;
	list_remove(first);
	return first;
}
