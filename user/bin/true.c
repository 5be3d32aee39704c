/* user/bin/true.c: succeed. */

int main(void)
{
	return 0;
}
